# expect: sampler wrong-draws
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    labels = train_labels.long()
    counts = torch.bincount(labels, minlength=2)
    weights = (1.0 / counts.double())[labels]
    # a balanced epoch has as many negatives as there are positives
    return WeightedRandomSampler(weights, num_samples=int(2 * counts.min()), replacement=True)
