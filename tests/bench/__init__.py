"""Benchmarks that measure the budgets of docs/design.md."""
