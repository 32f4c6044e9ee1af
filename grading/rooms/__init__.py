"""The sealed flow: candidates' rooms on GitHub, and the jobs between a push there and its grade.

`github` speaks to the API; `fetch`, `answer` and `sweep` are the jobs of the workflows; `provision` makes and closes
rooms with the `gh` command line; `template/` is what a room holds beside the assignment. `grading.cli.room` runs them.
"""
