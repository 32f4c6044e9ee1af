"""What the hidden tests put in, where it takes more than a few lines to draw."""
