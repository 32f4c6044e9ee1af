# expect: sampler class-weights-not-per-sample
import torch
from torch import Tensor
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: Tensor) -> WeightedRandomSampler:
    counts = torch.bincount(train_labels.long(), minlength=2)
    return WeightedRandomSampler(1.0 / counts.double(), len(train_labels), replacement=True)
