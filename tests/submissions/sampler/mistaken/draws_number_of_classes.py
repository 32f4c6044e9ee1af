# expect: sampler wrong-draws
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    classes, inverse, counts = train_labels.unique(return_inverse=True, return_counts=True)
    class_weights = 1.0 / counts
    sample_weights = class_weights[inverse]
    return WeightedRandomSampler(sample_weights, num_samples=len(class_weights), replacement=True)
