"""Hostile submissions, grouped as in docs/security.md, each with the result that the grader must report."""
