from torch import Tensor
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: Tensor) -> WeightedRandomSampler:
    y, n = train_labels, len(train_labels)
    p = y.mean()
    # a positive gets the share of the negatives, and the other way round
    return WeightedRandomSampler(y * (1 - p) + (1 - y) * p, n)
