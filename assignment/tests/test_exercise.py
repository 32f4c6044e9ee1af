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


def test_make_loss_gives_one_number():
    """The loss of a batch is a scalar tensor."""
    loss_fn = make_loss(ONE_IN_FIVE)

    loss = loss_fn(torch.tensor([0.3, -0.2]), torch.tensor([1.0, 0.0]))

    assert loss.numel() == 1, f"the loss of two examples has shape {tuple(loss.shape)}; it should be one number"


def test_make_loss_of_an_undecided_negative_is_log_2():
    """A negative counts once: at a logit of 0, its loss is ln 2."""
    loss_fn = make_loss(ONE_IN_FIVE)

    loss = float(loss_fn(torch.tensor([0.0, 0.0]), torch.tensor([0.0, 0.0])))

    assert loss == pytest.approx(math.log(2), abs=1e-4), f"the loss is {loss:.4f}; it should be ln 2 = 0.6931"


def test_make_loss_of_an_undecided_positive_is_four_times_that():
    """With one positive in five, a positive counts four times."""
    loss_fn = make_loss(ONE_IN_FIVE)

    loss = float(loss_fn(torch.tensor([0.0, 0.0]), torch.tensor([1.0, 1.0])))

    assert loss == pytest.approx(4 * math.log(2), abs=1e-4), f"the loss is {loss:.4f}; it should be 4 ln 2 = 2.7726"


def test_make_loss_can_be_differentiated():
    """The gradient points up for a negative and down for a positive: lower the one logit, raise the other."""
    loss_fn = make_loss(ONE_IN_FIVE)
    logits = torch.tensor([0.0, 0.0], requires_grad=True)

    loss_fn(logits, torch.tensor([0.0, 1.0])).backward()

    assert logits.grad is not None, "the loss has no gradient with respect to the logits"
    assert logits.grad[0] > 0 > logits.grad[1], f"the gradient is {logits.grad.tolist()}; what should its signs be?"


def test_train_epoch_returns_the_loss_as_a_number():
    """One batch with logits 2 and 0 for targets 1 and 0: (1 + 0) / 2."""
    model = FirstFeature()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    loss = train_epoch(model, loader_of([2.0, 0.0], [1.0, 0.0]), squared_error, optimizer)

    assert float(loss) == pytest.approx(0.5, abs=1e-4), f"returned {loss}; (1² + 0²) / 2 = 0.5 is the mean loss"


def test_train_epoch_takes_the_step_worked_out_by_hand():
    """The gradient is mean(2 · (2 − 1) · 2, 0) = 2, so a learning rate of 0.1 takes the factor from 1 to 0.8."""
    model = FirstFeature()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    train_epoch(model, loader_of([2.0, 0.0], [1.0, 0.0]), squared_error, optimizer)

    assert model.factor.item() == pytest.approx(0.8, abs=1e-4), f"the factor is {model.factor.item():.4f}, not 0.8"


def test_train_epoch_lowers_the_loss():
    """A second epoch on the same batch starts where the first one ended."""
    model = FirstFeature()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = loader_of([2.0, 0.0], [1.0, 0.0])

    first, second = (train_epoch(model, loader, squared_error, optimizer) for _ in range(2))

    assert second < first, f"the loss went from {first} to {second}"


def test_evaluate_returns_three_numbers():
    """The result holds precision, recall and F1, each from 0 to 1."""
    metrics = evaluate(FirstFeature(), loader_of([3.0, -3.0], [1.0, 0.0]))

    for name in ("precision", "recall", "f1"):
        assert name in metrics, f"the result has no {name!r}: {metrics}"
        assert 0.0 <= float(metrics[name]) <= 1.0, f"{name} is {metrics[name]}"


def test_evaluate_of_a_perfect_model_is_one():
    """Every positive found and no false alarm."""
    metrics = evaluate(FirstFeature(), loader_of([3.0, 3.0, -3.0, -3.0], [1.0, 1.0, 0.0, 0.0]))

    assert [float(metrics[name]) for name in ("precision", "recall", "f1")] == [1.0, 1.0, 1.0], f"got {metrics}"


def test_evaluate_an_example_worked_out_by_hand():
    """Four called positive, three of them rightly, out of three positives: precision 3/4, recall 1, F1 6/7."""
    metrics = evaluate(FirstFeature(), loader_of([2.0, 3.0, 4.0, 2.0, -3.0], [1.0, 1.0, 1.0, 0.0, 0.0]))

    expected = {"precision": 3 / 4, "recall": 1.0, "f1": 6 / 7}
    for name, value in expected.items():
        assert float(metrics[name]) == pytest.approx(value, abs=1e-3), f"{name} is {metrics[name]}, not {value:.4f}"
