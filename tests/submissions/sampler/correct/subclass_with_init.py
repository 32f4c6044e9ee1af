import torch
from torch.utils.data import WeightedRandomSampler


class BalancedSampler(WeightedRandomSampler):
    """A WeightedRandomSampler that works its weights out from the labels."""

    def __init__(self, labels: torch.Tensor, generator: torch.Generator | None = None) -> None:
        self.labels = labels.to(torch.int64)
        self.class_counts = self.labels.bincount(minlength=2)
        super().__init__(
            weights=self._weights(),
            num_samples=self.labels.shape[0],
            replacement=True,
            generator=generator,
        )

    def _weights(self) -> torch.Tensor:
        return (1 / self.class_counts.clamp(min=1).double()).gather(0, self.labels)


def make_sampler(train_labels: torch.Tensor) -> WeightedRandomSampler:
    return BalancedSampler(train_labels)
