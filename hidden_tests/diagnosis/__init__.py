"""From what the probes observed to the mistakes that explain it: one module per criterion.

Each function returns mistake ids, the most specific for each cause; no function decides whether a test passes.
"""
