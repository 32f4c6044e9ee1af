"""Runs the hidden tests: pytest plugin, proxy for the candidate's code, and validation of the sandbox's replies."""
