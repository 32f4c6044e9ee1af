"""The take-home's grading material: hidden tests, their probes, the reference solution, mistakes and rubrics."""
