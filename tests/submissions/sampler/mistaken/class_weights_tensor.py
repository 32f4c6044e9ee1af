# expect: sampler class-weights-not-per-sample
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    counts = torch.bincount(train_labels.long(), minlength=2)
    class_weights = 1.0 / counts.float()
    return WeightedRandomSampler(class_weights, num_samples=len(train_labels), replacement=True)
