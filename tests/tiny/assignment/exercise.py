"""One TODO: a mean that outliers do not move."""


def trimmed_mean(values: list[float], share: float) -> float:
    """Return the mean of the values without the lowest and the highest `share` of them, rounded down."""
    raise NotImplementedError("TODO 1 of 1: trimmed_mean (assignment/exercise.py)")
