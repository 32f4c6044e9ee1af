"""A tiny take-home: one function."""
