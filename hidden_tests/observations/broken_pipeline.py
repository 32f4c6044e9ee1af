"""What the probe `pipeline` observes of `assignment/pipeline.py`, a record for each part."""

from typing import Annotated

from msgspec import Meta

from grading.run.observations import AtMost, Count, Floats, Observation, ReturnedNumber, Sized, Values

# What a function returns may have any shape: the tests say what is wrong with it. The probe sends no more than this.
MOST_RETURNED = 20_000
# The probe stops noting a training after so many times its rows, or so many events: enough to see what it does.
NOTED_EPOCHS, MOST_EVENTS = 2, 2000

Returned = Annotated[Floats, Values(most=MOST_RETURNED)]


class SplitParts(Observation, frozen=True, kw_only=True):
    """What one call of `split` returned."""

    train_features: Returned
    train_labels: Returned
    test_features: Returned
    test_labels: Returned


class Splits(Observation, frozen=True, kw_only=True):
    """Calls of `split`, one for each seed."""

    parts: Annotated[list[SplitParts], Sized()]


class Standardized(Observation, frozen=True, kw_only=True):
    """What `standardize` returned, and what the function among it made of other features."""

    train: Returned
    test: Returned
    other: Returned


class Loss(Observation, frozen=True, kw_only=True):
    """What the function that `make_loss` returned, returned."""

    value: ReturnedNumber


class Outputs(Observation, frozen=True, kw_only=True):
    """The outputs of one model, whose parameters were changed at random, in evaluation mode."""

    plain: Returned  # for the features as they are
    reordered: Returned  # for the same rows in another order


class Models(Observation, frozen=True, kw_only=True):
    """Models of `build_model`, one for each seed."""

    outputs: Annotated[list[Outputs], Sized()]


class Batch(Observation, frozen=True, kw_only=True):
    """A call of the loss function in `fit`."""

    rows: Count  # that the model was given for it
    targets: Count  # that came with them


class Step(Observation, frozen=True, kw_only=True):
    """A change of the model's parameters in `fit`."""

    batches: Count  # how many were noted before it
    gradient: Annotated[Floats | None, Values("weights")]  # of the parameters at that moment; None if there was none


class Training(Observation, frozen=True, kw_only=True):
    """One call of `fit`, as far as it was noted."""

    batches: Annotated[list[Batch], Meta(max_length=MOST_EVENTS)]
    features: Annotated[Floats, Values(AtMost("noted"), "columns")]  # of the rows of all batches, one after the other
    targets: Annotated[Floats, Values(AtMost("noted"))]  # of all batches
    steps: Annotated[list[Step], Meta(max_length=MOST_EVENTS)]


class Probabilities(Observation, frozen=True, kw_only=True):
    """What `predict` returned."""

    probabilities: Returned


class Decisions(Observation, frozen=True, kw_only=True):
    """What `decide` returned, 0 or 1 where it was boolean, for each threshold."""

    decisions: Annotated[list[Floats], Values(most=MOST_RETURNED), Sized()]


class Measured(Observation, frozen=True, kw_only=True):
    """What `measure` returned."""

    precision: ReturnedNumber
    recall: ReturnedNumber
    f1: ReturnedNumber


class Run(Observation, frozen=True, kw_only=True):
    """What `run` returned as metrics, and the rows that it trained on."""

    metrics: Measured
    fitted: Annotated[Floats, Values(AtMost("rows", 4))]  # the last feature of each row that `fit` was given


class Whole(Observation, frozen=True, kw_only=True):
    """The decisions of the function that `run` returned."""

    decisions: Returned
