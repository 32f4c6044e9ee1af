"""Examples of the three TODOs, worked out by hand. Run them with `nox -s visible`."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from assignment.exercise import evaluate, make_loss, train_epoch

ONE_IN_FIVE = torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0])


class FirstFeature(nn.Module):
    """A model whose logit is its first feature, times a parameter that starts at 1."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(1.0))

    def forward(self, features: Tensor) -> Tensor:
        """Map (b, d) to (b,)."""
        return self.factor * features[:, 0]


def loader_of(logits: list[float], targets: list[float]) -> DataLoader[tuple[Tensor, ...]]:
    """Return a loader with one batch, whose logits under FirstFeature are these."""
    return DataLoader(TensorDataset(torch.tensor(logits).unsqueeze(1), torch.tensor(targets)), batch_size=len(logits))


def squared_error(logits: Tensor, targets: Tensor) -> Tensor:
    """A loss that is easy to follow by hand: the mean of (logit - target)²."""
    return ((logits - targets) ** 2).mean()


def assert_metrics(metrics: dict[str, float], because: str, **expected: float) -> None:
    """Compare metrics with those worked out by hand, and say why those."""
    for name, value in expected.items():
        found = float(metrics[name])
        assert found == pytest.approx(value, abs=1e-3), (
            f"evaluate(model, loader) gives {name} {found:.4f}, expected {value:.4f}: {because}"
        )


def test_make_loss_gives_one_number():
    """What make_loss returns maps logits and targets to a tensor that holds one floating-point number."""
    loss_fn = make_loss(ONE_IN_FIVE)

    loss = loss_fn(torch.tensor([0.3, -0.2]), torch.tensor([1.0, 0.0]))

    assert isinstance(loss, Tensor), (
        f"loss_fn(logits, targets) returned a {type(loss).__name__}, expected a tensor: training differentiates it"
    )
    assert loss.is_floating_point() and loss.numel() == 1, (
        f"loss_fn(logits, targets) returned {loss}, expected one floating-point number"
    )


def test_make_loss_of_an_undecided_negative_is_log_2():
    """A negative counts once: at a logit of 0, its loss is ln 2."""
    loss_fn = make_loss(ONE_IN_FIVE)

    loss = float(loss_fn(torch.tensor([0.0, 0.0]), torch.tensor([0.0, 0.0])))

    assert loss == pytest.approx(math.log(2), abs=1e-4), (
        f"loss_fn of the logit 0 for target 0 is {loss:.4f}, expected ln 2 = 0.6931: "
        "the probability is one half, and a negative counts once"
    )


def test_make_loss_of_an_undecided_positive_is_four_times_that():
    """With one positive in five, a positive counts four times."""
    loss_fn = make_loss(ONE_IN_FIVE)

    loss = float(loss_fn(torch.tensor([0.0, 0.0]), torch.tensor([1.0, 1.0])))

    assert loss == pytest.approx(4 * math.log(2), abs=1e-4), (
        f"loss_fn of the logit 0 for target 1 is {loss:.4f}, expected 4 ln 2 = 2.7726: "
        "there are four negatives for the one positive"
    )


def test_make_loss_can_be_differentiated():
    """The gradient lowers the logit of a negative, and raises that of a positive four times as hard."""
    loss_fn = make_loss(ONE_IN_FIVE)
    # Equally wrong: the probabilities are 3/4 for the negative and 1/4 for the positive.
    logits = torch.tensor([math.log(3), -math.log(3)], requires_grad=True)

    loss_fn(logits, torch.tensor([0.0, 1.0])).backward()

    assert logits.grad is not None, (
        "loss_fn(logits, targets).backward() left no gradient: is the loss cut off from them?"
    )
    assert logits.grad.tolist() == pytest.approx([0.375, -1.5], abs=1e-4), (
        f"the gradient at the logits ln 3, -ln 3 for the targets 0, 1 is {logits.grad.tolist()}, "
        "expected [0.375, -1.5]: "
        "the probability less the target, times what the example counts, in a mean of two"
    )


def test_train_epoch_returns_the_loss_as_a_number():
    """One batch with logits 2 and 0 for targets 1 and 0: (1 + 0) / 2."""
    model = FirstFeature()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    loss = train_epoch(model, loader_of([2.0, 0.0], [1.0, 0.0]), squared_error, optimizer)

    assert float(loss) == pytest.approx(0.5, abs=1e-4), (
        f"train_epoch on one batch returned {loss}, expected 0.5 = ((2 - 1)² + (0 - 0)²) / 2: what loss_fn gives"
    )


def test_train_epoch_takes_the_step_worked_out_by_hand():
    """The gradient is mean(2 · (2 − 1) · 2, 0) = 2, so a learning rate of 0.1 takes the factor from 1 to 0.8."""
    model = FirstFeature()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    train_epoch(model, loader_of([2.0, 0.0], [1.0, 0.0]), squared_error, optimizer)

    assert model.factor.item() == pytest.approx(0.8, abs=1e-4), (
        f"after train_epoch on one batch the model's factor is {model.factor.item():.4f}, expected 1 - 0.1 · 2 = 0.8: "
        "one batch, one update, along the gradient of loss_fn"
    )


def test_train_epoch_lowers_the_loss():
    """A second epoch on the same batch starts where the first one ended."""
    model = FirstFeature()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = loader_of([2.0, 0.0], [1.0, 0.0])

    first, second = (float(train_epoch(model, loader, squared_error, optimizer)) for _ in range(2))

    assert second < first, (
        f"two calls of train_epoch returned {first:.4f} and {second:.4f}, expected the second to be lower: "
        "did the first change the model?"
    )


def test_evaluate_returns_three_numbers():
    """The result holds precision, recall and F1, each a number."""
    metrics = evaluate(FirstFeature(), loader_of([3.0, -3.0], [1.0, 0.0]))

    assert isinstance(metrics, dict), f"evaluate(model, loader) returned a {type(metrics).__name__}, expected a dict"
    for name in ("precision", "recall", "f1"):
        assert name in metrics, (
            f"evaluate(model, loader) returned the keys {list(metrics)}, expected {name!r} among them"
        )
        assert math.isfinite(float(metrics[name])), f"{name} is {metrics[name]}, expected a number from 0 to 1"


def test_evaluate_of_a_perfect_model_is_one():
    """Every positive is found and there is no false alarm."""
    metrics = evaluate(FirstFeature(), loader_of([3.0, 3.0, -3.0, -3.0], [1.0, 1.0, 0.0, 0.0]))

    assert_metrics(metrics, precision=1.0, recall=1.0, f1=1.0, because="both positives found, no false alarm")


def test_evaluate_a_false_alarm_costs_precision():
    """Four are called positive, three of them rightly, and there are three positives."""
    metrics = evaluate(FirstFeature(), loader_of([2.0, 3.0, 4.0, 2.0, -3.0], [1.0, 1.0, 1.0, 0.0, 0.0]))

    assert_metrics(metrics, precision=3 / 4, recall=1.0, f1=6 / 7, because="three hits, one false alarm")


def test_evaluate_a_missed_positive_costs_recall():
    """One is called positive, rightly, and there are two positives."""
    metrics = evaluate(FirstFeature(), loader_of([2.0, -2.0, -3.0, -4.0], [1.0, 1.0, 0.0, 0.0]))

    assert_metrics(metrics, precision=1.0, recall=1 / 2, f1=2 / 3, because="one hit, one positive missed")
