"""The visible tests: examples of what each TODO must do."""
