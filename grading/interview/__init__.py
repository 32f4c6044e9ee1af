"""A live interview in the terminal: `session` guides the interviewer, and `record` stores the notes on disk."""
