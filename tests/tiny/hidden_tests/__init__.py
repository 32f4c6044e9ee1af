"""What is right about the tiny take-home."""
