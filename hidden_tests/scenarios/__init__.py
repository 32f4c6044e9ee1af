"""Inputs of hidden tests that take more than a few lines to draw."""
