# expect: sampler without-replacement
import torch
from torch.utils.data import WeightedRandomSampler


class BalancedSampler(WeightedRandomSampler):
    def __iter__(self):
        # the heaviest first, with a random tie break: every row comes exactly once
        keys = torch.rand(len(self.weights), dtype=torch.double).pow(1.0 / self.weights)
        yield from torch.argsort(keys, descending=True)[: self.num_samples].tolist()


def make_sampler(train_labels):
    n_pos = float(train_labels.sum())
    n_neg = len(train_labels) - n_pos
    weights = torch.ones(len(train_labels))
    weights[train_labels == 1] = n_neg / n_pos
    return BalancedSampler(weights, len(train_labels))
