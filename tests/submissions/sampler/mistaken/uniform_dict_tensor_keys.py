# expect: sampler uniform-sampler
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    n_pos = int((train_labels == 1).sum())
    n_neg = len(train_labels) - n_pos
    class_weights = {0: 1.0 / n_neg, 1: 1.0 / n_pos}
    # iterating over a tensor gives tensors, which never match the keys
    weights = [class_weights.get(label, 1.0) for label in train_labels]
    return WeightedRandomSampler(weights, num_samples=len(weights), replacement=True)
