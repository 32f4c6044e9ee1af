"""What this take-home asks for: hidden tests, the probes that they run, reference, mistakes and rubrics."""
