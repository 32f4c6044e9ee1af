"""Explains a sampler's draws: unequal shares, missing examples, epochs of other lengths."""

from collections.abc import Sequence

import numpy as np

from grading.run.explain import Cause
from hidden_tests.observations.sampler import Draws, labels_matter

# Minimum additional distance from equal shares, compared with the data, to be called inverted.
_FARTHER = 0.02


def balance_mistakes(cases: Sequence[Draws]) -> list[Cause]:
    """Explain classes that are not drawn with equal probability, or examples that are never drawn."""
    detail = "; ".join(case.shares_text for case in cases)
    usable = [case for case in cases if case.in_range]
    if usable and not any(case.repeats for case in usable):
        # In epochs with each example once, the class shares are unchanged, whatever the weights.
        uniform = all(case.is_complete and case.ignores_labels for case in cases)
        found = [Cause("without-replacement", detail=detail)]
        return [*found, Cause("uniform-sampler", detail=detail)] if uniform else found
    if not all(case.is_complete for case in cases):
        return [_mistake_of_missing_draws(cases, detail)]
    if all(_draws_only_the_first(case) for case in cases):
        reached = ", ".join(f"{len(np.unique(case.drawn))} of {len(case.labels)}" for case in cases)
        return [Cause("class-weights-not-per-sample", detail=f"the first examples alone are drawn: {reached}")]
    # The rare class became rarer.
    farther = all(abs(case.share - 0.5) > abs(case.natural_share - 0.5) + _FARTHER for case in cases)
    if farther and not all(_overshoots(case) for case in cases):
        return [Cause("inverted-sampler", detail=detail)]
    if all(case.is_share(0.5) for case in cases) and not all(case.weighted for case in cases):
        return [Cause("wrong-signature", detail="the sampler is no WeightedRandomSampler")]
    if not all(case.reaches_all for case in cases):
        return [Cause("class-weights-not-per-sample", detail=detail)]
    if any(_is_nearer_to_equal(case) or _overshoots(case) for case in cases):
        overshoots = all(_overshoots(case) for case in cases)
        return [Cause("partly-balanced", "overshoots" if overshoots else "", detail)]
    return [Cause("uniform-sampler", detail=detail)]


def repetition_mistakes(cases: Sequence[Draws]) -> list[Cause]:
    """Explain epochs in which nothing is drawn twice."""
    of_weights = labels_matter(cases) and not all(_draws_only_the_first(case) for case in cases)
    return [Cause("without-replacement")] if of_weights else balance_mistakes(cases)


def length_mistakes(cases: Sequence[Draws]) -> list[Cause]:
    """Explain epochs that are not as many draws as there are labels."""
    found = [] if labels_matter(cases) else balance_mistakes(cases)
    wrong = [case for case in cases if case.in_range and set(case.lengths) != {len(case.labels)}]
    if wrong:
        found.append(Cause("wrong-draws", detail="; ".join(case.lengths_text for case in wrong)))
    return found


def _mistake_of_missing_draws(cases: Sequence[Draws], detail: str) -> Cause:
    """Explain draws that are missing or are not an index."""
    raised = [case.error for case in cases if case.error is not None]
    if raised:
        return Cause.of(raised[0])
    if not any(len(case.draws) for case in cases):
        return Cause("not-implemented", detail="the sampler draws nothing")
    if all(case.in_range for case in cases):
        return Cause("wrong-signature", detail="after some epochs the sampler draws nothing more")
    return Cause("class-weights-not-per-sample", detail=detail)


def _is_nearer_to_equal(case: Draws) -> bool:
    """Return whether the classes are drawn more equally than they occur."""
    nearer = abs(case.share - 0.5) < abs(case.natural_share - 0.5)
    return nearer and not case.is_share(case.natural_share)


def _overshoots(case: Draws) -> bool:
    """Return whether the rare class is drawn more often than the other."""
    return (case.share - 0.5) * (case.natural_share - 0.5) < 0 and not case.is_share(0.5)


def _draws_only_the_first(case: Draws) -> bool:
    """Return whether only a few examples are drawn, those that come first."""
    found = np.unique(case.drawn)
    return len(found) < len(case.labels) / 2 and int(found[-1]) == len(found) - 1
