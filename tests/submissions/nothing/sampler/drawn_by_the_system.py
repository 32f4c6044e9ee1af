import os

import torch
from torch.utils.data import WeightedRandomSampler


class Drawn(WeightedRandomSampler):
    """Draws by chance: the system's, which no seed repeats."""

    def __iter__(self):
        return iter(int.from_bytes(os.urandom(4)) % len(self.weights) for _ in range(len(self.weights)))


def make_sampler(train_labels):
    return Drawn(torch.ones(len(train_labels)), len(train_labels))
