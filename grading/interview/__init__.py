"""A live interview in the terminal: `record` is what happened, kept on disk, and `session` what leads through it."""
