import torch
import torch.nn.functional as F
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: torch.Tensor) -> WeightedRandomSampler:
    one_hot = F.one_hot(train_labels.long(), num_classes=2).double()
    class_weights = one_hot.sum(dim=0).clamp(min=1.0).pow(-1)
    weights = one_hot @ class_weights
    return WeightedRandomSampler(weights / weights.sum(), num_samples=one_hot.size(0))
