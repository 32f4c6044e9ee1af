"""Explains a loss with wrong weights, another reduction, or a limited range of logits."""

from collections.abc import Sequence

import numpy as np

from grading.run.explain import Cause
from hidden_tests.compare import close
from hidden_tests.describe import describe
from hidden_tests.diagnosis.weighted_loss_formulas import POSITIVE_WEIGHTS, WEIGHTS_OF_BOTH
from hidden_tests.observations.measured_loss import Batch
from hidden_tests.observations.weighted_loss import REDUCTIONS, LossCase, LossProfile, Weights, weights_agree
from hidden_tests.oracle import cross_entropy, ratio

# The effect of an epsilon of 1e-2 inside the logarithms on moderate losses, larger than any rounding.
_ROUGHLY = 0.05


def weight_mistakes(profile: LossProfile) -> list[Cause]:
    """Explain weights that are not (n_neg / n_pos, 1)."""
    return _weight_mistakes(profile) or [Cause("wrong-pos-weight")]


def _weight_mistakes(profile: LossProfile) -> list[Cause]:
    if not profile.is_differentiable:
        return [Cause("wrong-signature", detail="the loss has no gradient with respect to the logits")]
    if not profile.wrong_logits_cost_more:
        return [Cause("wrong-pos-weight", "no-cross-entropy", "wrong logits cost no more than right ones")]
    found = [Cause("sigmoid-before-logits-loss")] if profile.takes_sigmoid else []
    weights = [profile.weights(case) for case in profile.cases]
    known = [pair for pair in weights if pair is not None]
    if len(known) < len(weights):
        # Not a fixed weight for each class: it changes with the batch, or is not cross-entropy at all.
        if profile.reduction == "unknown" and profile.is_right_up_to_a_factor:
            return found
        return [
            *found,
            Cause("bce-on-probabilities") if _roughly_right(profile) else _mistake_of_varying_weights(profile),
        ]
    return [*found, *_mistakes_of_fixed_weights(profile, known)]


def _mistakes_of_fixed_weights(profile: LossProfile, weights: Sequence[Weights]) -> list[Cause]:
    """Explain weights that are the same in every batch: those of positives and negatives for each set of labels."""
    counts = [case.counts for case in profile.cases]
    ratios = [case.right_weights[0] for case in profile.cases]
    positive, negative = [pair[0] for pair in weights], [pair[1] for pair in weights]
    ones = [1.0] * len(weights)
    weights_text = f"positives weigh {describe(positive)}, negatives {describe(negative)}"
    detail = f"{weights_text} where n_neg / n_pos is {describe(ratios)}"
    if not weights_agree(negative, ones):
        fitting = [
            name
            for name, (of_positives, of_negatives) in WEIGHTS_OF_BOTH.items()
            if weights_agree(positive, [of_positives(*of) for of in counts])
            and weights_agree(negative, [of_negatives(*of) for of in counts])
        ]
        scaled = weights_agree(positive, [r * w for r, w in zip(ratios, negative, strict=True)])
        if scaled and weights_agree(negative, [negative[0]] * len(negative)):
            fitting.append("scaled")
        return [Cause("weights-negatives", _if_only_one(fitting), detail)]
    if weights_agree(positive, ratios):
        return []
    if weights_agree(positive, ones):
        return [Cause("unweighted-loss")]
    if weights_agree(positive, [1 / r for r in ratios]):
        return [Cause("inverted-pos-weight")]
    if weights_agree(positive, [positive[0]] * len(positive)):
        detail = f"positives weigh {describe(positive[0])}, whatever the labels are"
        return [Cause("hardcoded-pos-weight", detail=detail)]
    fitting = [
        name for name, weight in POSITIVE_WEIGHTS.items() if weights_agree(positive, [weight(*of) for of in counts])
    ]
    return [Cause("wrong-pos-weight", _if_only_one(fitting), detail)]


def _mistake_of_varying_weights(profile: LossProfile) -> Cause:
    """Explain a loss in which the weights of a class differ within a batch, or from batch to batch."""
    factors, ratios = [], []
    for case in profile.cases:
        for batch in case.moderate:
            of_batch = batch.factors() or batch.factors_after_sigmoid()
            if of_batch is None:
                return Cause("wrong-pos-weight", "no-cross-entropy")
            with np.errstate(all="ignore"):
                factors.append(float(np.float64(of_batch[0]) / of_batch[1]))
            ratios.append(ratio(batch.targets))
    return Cause("wrong-pos-weight", "ratio-of-the-batch" if weights_agree(factors, ratios) else "")


def reduction_mistakes(profile: LossProfile) -> list[Cause]:
    """Explain a loss that is not the mean over the batch."""
    if profile.reduction == "none":
        found = [] if profile.wrong_logits_cost_more else weight_mistakes(profile)
        return [*found, _not_reduced([batch for case in profile.cases for batch in case.moderate])]
    if not profile.wrong_logits_cost_more or (profile.reduction == "unknown" and not profile.is_right_up_to_a_factor):
        return weight_mistakes(profile)
    return [Cause("wrong-reduction", profile.reduction if profile.reduction in REDUCTIONS else "")]


def _not_reduced(batches: Sequence[Batch]) -> Cause:
    one_each = all(batch.value.size == len(batch.targets) for batch in batches)
    detail = f"a batch of {len(batches[0].targets)} examples gives a loss of shape {batches[0].value.shape}"
    return Cause("wrong-reduction", "none" if one_each else "", detail)


def range_mistakes(profile: LossProfile, case: LossCase) -> list[Cause]:
    """Explain wrong values or gradients at extreme logits."""
    found = _weight_mistakes(profile)
    weights = profile.weights(case)
    unstable = None if weights is None else profile.unstable_from(case, weights)
    explained = profile.takes_sigmoid or any(cause.id == "bce-on-probabilities" for cause in found)
    if unstable is not None and profile.wrong_logits_cost_more and not explained:
        found.append(Cause("bce-on-probabilities", detail=f"value or gradient is off from logits of {unstable:g} on"))
    return found or [Cause("bce-on-probabilities")]


def _roughly_right(profile: LossProfile) -> bool:
    """Return whether moderate values are only a few per cent off, as logarithms with a large epsilon are."""
    found, wanted = [], []
    for case in profile.cases:
        for batch in case.moderate:
            each = np.where(batch.targets == 1.0, *case.right_weights) * cross_entropy(batch.logits, batch.targets)
            found.append(batch.mean)
            wanted.append(float(each.mean()))
    return close(found, wanted, rtol=_ROUGHLY, atol=0.0)


def _if_only_one(names: Sequence[str]) -> str:
    """Return the one name that fits; of several that do, none."""
    return names[0] if len(names) == 1 else ""
