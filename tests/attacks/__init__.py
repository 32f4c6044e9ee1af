"""Hostile submissions, in the groups of docs/security.md: each with what the grader must show of it."""
