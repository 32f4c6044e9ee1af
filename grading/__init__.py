"""Grades submissions: runs the hidden tests against candidate code in a sandbox and maps the report onto a rubric."""
