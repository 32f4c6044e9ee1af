import torch
import torch.utils.data as data


def _class_weight(labels: torch.Tensor, value: float) -> float:
    count = int(torch.count_nonzero(labels == value))
    return labels.numel() / (2 * count) if count else 0.0


def make_sampler(train_labels: torch.Tensor) -> data.WeightedRandomSampler:
    weights = torch.zeros_like(train_labels, dtype=torch.float64)
    for value in (0.0, 1.0):
        weights.masked_fill_(train_labels == value, _class_weight(train_labels, value))
    return data.WeightedRandomSampler(weights, num_samples=train_labels.numel(), replacement=True)
