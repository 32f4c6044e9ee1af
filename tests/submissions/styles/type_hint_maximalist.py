from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Final, Protocol, TypeAlias, TypedDict, final, runtime_checkable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader

Batch: TypeAlias = tuple[Tensor, Tensor]
POSITIVE: Final[float] = 1.0

__all__: Final[list[str]] = ["make_loss", "train_epoch", "evaluate"]


@runtime_checkable
class LossFunction(Protocol):
    def __call__(self, logits: Tensor, targets: Tensor, /) -> Tensor: ...


class Metrics(TypedDict):
    precision: float
    recall: float
    f1: float


@final
@dataclass(slots=True)
class RunningMean:
    total: float = 0.0
    weight: float = field(default=0.0)

    def update(self, value: float, weight: float = 1.0) -> None:
        self.total += value * weight
        self.weight += weight

    @property
    def value(self) -> float:
        return self.total / self.weight


@dataclass(frozen=True, kw_only=True)
class WeightedBCE:
    pos_weight: Tensor
    name: ClassVar[str] = "weighted-bce"

    def __call__(self, logits: Tensor, targets: Tensor, /) -> Tensor:
        return nn.functional.binary_cross_entropy_with_logits(
            input=logits, target=targets, pos_weight=self.pos_weight, reduction="mean"
        )


def make_loss(train_labels: Tensor, /) -> Callable[[Tensor, Tensor], Tensor]:
    positives: Tensor = train_labels.eq(POSITIVE).sum()
    negatives: Tensor = train_labels.ne(POSITIVE).sum()
    loss: LossFunction = WeightedBCE(pos_weight=negatives.div(positives))
    return loss


def train_epoch(model: nn.Module, loader: DataLoader[Batch], loss_fn: LossFunction, optimizer: Optimizer) -> float:
    mean: RunningMean = RunningMean()
    model.train(mode=True)
    features: Tensor
    targets: Tensor
    for features, targets in loader:
        optimizer.zero_grad(set_to_none=True)
        loss: Tensor = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        mean.update(loss.item(), float(targets.numel()))
    return mean.value


def _predictions(model: nn.Module, loader: DataLoader[Batch], threshold: float) -> Iterator[tuple[Tensor, Tensor]]:
    for features, targets in loader:
        yield model(features).sigmoid().ge(threshold), targets.eq(POSITIVE)


def evaluate(model: nn.Module, loader: DataLoader[Batch], threshold: float = 0.5, **_: Any) -> Metrics:
    tp: int = 0
    predicted: int = 0
    actual: int = 0
    model.eval()
    with torch.no_grad():
        for p, t in _predictions(model, loader, threshold):
            tp += int(p.logical_and(t).sum())
            predicted += int(p.sum())
            actual += int(t.sum())
    return Metrics(
        precision=tp / predicted if predicted else 0.0,
        recall=tp / actual if actual else 0.0,
        f1=2 * tp / (predicted + actual) if predicted + actual else 0.0,
    )
