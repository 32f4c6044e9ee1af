"""Explains the probes' observations by mistakes: one module per criterion.

Each function returns mistake ids, the most specific for each cause; no function decides whether a test passes.
"""
