"""Renders the files that a candidate gets, for one level, from templates."""
