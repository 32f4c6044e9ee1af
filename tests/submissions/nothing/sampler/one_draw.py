import torch
from torch.utils.data import WeightedRandomSampler


class Nothing(WeightedRandomSampler):
    """Draws a single example."""

    def __iter__(self):
        yield 0


def make_sampler(train_labels):
    return Nothing(torch.ones(len(train_labels)), len(train_labels))
