"""The sealed flow: candidates' rooms (private repositories) on GitHub, and the jobs that grade pushes to them.

`github` is the API client; `fetch`, `answer` and `sweep` are the workflows' jobs; `provision` creates and closes
rooms with the `gh` command line; `template/` has a room's files besides the assignment. `grading.cli.room` runs them.
"""
