import torch
from torch.utils.data import WeightedRandomSampler


class Nothing(WeightedRandomSampler):
    """Draws an example that is not there."""

    def __iter__(self):
        return iter([len(self.weights)] * len(self.weights))


def make_sampler(train_labels):
    return Nothing(torch.ones(len(train_labels)), len(train_labels))
