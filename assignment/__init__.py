"""The exercise: find the few positives among many negatives."""
