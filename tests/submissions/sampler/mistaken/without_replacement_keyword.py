# expect: sampler without-replacement
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    labels = train_labels.long()
    class_weights = 1.0 / torch.bincount(labels, minlength=2).float()
    return WeightedRandomSampler(class_weights[labels], num_samples=len(labels), replacement=False)
