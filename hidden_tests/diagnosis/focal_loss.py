"""Explains focal losses whose focusing factor, class weights, reduction or numerical range is wrong."""

from typing import Literal

from grading.run.explain import Cause
from hidden_tests.observations.focal_loss import RIGHT_FOCUSING, FocalProfile


def focusing_mistakes(profile: FocalProfile) -> list[Cause]:
    """Explain a focusing factor that is not (1 - p_t)^gamma, or that has another gradient."""
    formula = profile.formula
    if formula is None:
        nothing = not profile.does_something
        return [Cause("wrong-focusing", "constant" if nothing else "", "" if nothing else "no known formula fits")]
    if formula.focusing == RIGHT_FOCUSING:
        return [Cause("wrong-focusing", "wrong-gradient")]
    if formula.focusing == "none":
        return [Cause("no-focusing")]
    return [Cause("wrong-focusing", _variant(profile, "focusing"))]


def weighing_mistakes(profile: FocalProfile) -> list[Cause]:
    """Explain classes that do not weigh alpha and 1 - alpha."""
    return _computes_nothing(profile) or [Cause("wrong-alpha", _variant(profile, "weighing"))]


def range_mistakes(profile: FocalProfile) -> list[Cause]:
    """Explain values or gradients that are wrong at extreme logits."""
    if profile.formula is None and (profile.stays_finite or not profile.does_something):
        return focusing_mistakes(profile)
    return [Cause("unstable-focal-loss")]


def reduction_mistakes(profile: FocalProfile) -> list[Cause]:
    """Explain a loss that is not the mean over the batch."""
    return _computes_nothing(profile) or [Cause("wrong-focal-reduction", _variant(profile, "reduction"))]


def _computes_nothing(profile: FocalProfile) -> list[Cause]:
    return [] if profile.does_something else focusing_mistakes(profile)


def _variant(profile: FocalProfile, part: Literal["focusing", "weighing", "reduction"]) -> str:
    """Return the name of a part of the formulas that fit, or nothing if they differ in it."""
    names = {str(getattr(formula, part)) for formula in profile.fitting}
    return names.pop() if len(names) == 1 else ""
