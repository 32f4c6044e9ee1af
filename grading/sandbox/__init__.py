"""Runs candidate code where it can do no harm, and brings back data.

`calls` says what a call and its reply are; `bubblewrap` isolates for real, `unprotected` does not isolate at all;
`inside` is what runs on the other side of the wall.
"""
