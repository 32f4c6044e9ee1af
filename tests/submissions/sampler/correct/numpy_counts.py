import numpy as np
import torch
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: torch.Tensor) -> WeightedRandomSampler:
    # numpy version of the usual recipe
    target = train_labels.numpy().astype(np.int64)
    class_sample_count = np.array([np.sum(target == t) for t in (0, 1)])
    weight = 1.0 / np.maximum(class_sample_count, 1)
    samples_weight = torch.from_numpy(weight[target])
    return WeightedRandomSampler(samples_weight.type("torch.DoubleTensor"), len(samples_weight))
