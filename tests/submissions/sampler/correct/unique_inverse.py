import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: torch.Tensor) -> WeightedRandomSampler:
    _, inverse, counts = torch.unique(train_labels, return_inverse=True, return_counts=True)
    return WeightedRandomSampler(
        weights=counts.double().reciprocal()[inverse],
        num_samples=inverse.numel(),
        replacement=True,
    )
