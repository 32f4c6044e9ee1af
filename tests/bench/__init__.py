"""Measures the budgets of docs/design.md."""
