"""Runs the stages of a grading.

`grade` starts from a submission, `rescore` from a report; `pages` makes the files that both write.
"""
