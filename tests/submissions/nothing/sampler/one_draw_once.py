import torch
from torch.utils.data import WeightedRandomSampler


class Once(WeightedRandomSampler):
    """Draws a single example, and never again."""

    left = 1

    def __iter__(self):
        while self.left:
            self.left -= 1
            yield 0


def make_sampler(train_labels):
    return Once(torch.ones(len(train_labels)), len(train_labels))
