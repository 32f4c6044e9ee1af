"""The grader's own promises."""
