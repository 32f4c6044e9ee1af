"""The hidden tests of the small take-home."""
