import torch
from torch.utils.data import WeightedRandomSampler


class Nothing(WeightedRandomSampler):
    """Draws nothing."""

    def __iter__(self):
        return iter(())


def make_sampler(train_labels):
    return Nothing(torch.ones(len(train_labels)), len(train_labels))
