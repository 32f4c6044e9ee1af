"""Reads a submission as data: its files, its history, and flags for the reviewer."""
