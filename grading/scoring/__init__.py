"""Computes the scorecard from pytest's report and a review: pure functions and their records."""
