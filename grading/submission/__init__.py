"""Reads a submission as data: its files, its history, and what a reviewer should look at."""
