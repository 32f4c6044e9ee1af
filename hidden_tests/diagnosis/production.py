"""Explains models that change when they are saved and loaded, or that are not safe to use."""

from hidden_tests.observations.production import UnsafeFiles


def round_trip_mistakes() -> list[str]:
    """Explain a loaded model with other predictions than the saved one."""
    return ["round-trip-changes-predictions"]


def mode_mistakes(constant: bool) -> list[str]:
    """Explain outputs that depend on the mode, or that are constant: then the loaded model is another one."""
    return ["round-trip-changes-predictions" if constant else "left-in-training-mode"]


def loading_mistakes(observed: UnsafeFiles) -> list[str]:
    """Explain files whose code was run, or a saved model that cannot be loaded."""
    return ["loads-arbitrary-code" if observed.ran else "round-trip-changes-predictions"]


def feature_mistakes() -> list[str]:
    """Explain bad features that do not raise ValueError."""
    return ["accepts-bad-features"]
