# expect: sampler inverted-sampler
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    pos = int(train_labels.sum().item())
    neg = len(train_labels) - pos
    class_weights = [1.0 / pos, 1.0 / neg]
    sample_weights = [class_weights[int(t)] for t in train_labels]
    return WeightedRandomSampler(sample_weights, len(sample_weights), replacement=True)
