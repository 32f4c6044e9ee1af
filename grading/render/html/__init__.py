"""HTML pages: self-contained files that load nothing and run only their own script."""
