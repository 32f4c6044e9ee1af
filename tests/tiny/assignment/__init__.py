"""A small take-home with one function."""
