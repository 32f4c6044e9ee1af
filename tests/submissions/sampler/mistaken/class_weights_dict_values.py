# expect: sampler class-weights-not-per-sample
from collections import Counter

from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    counts = Counter(train_labels.int().tolist())
    total = sum(counts.values())
    weights = {label: total / count for label, count in sorted(counts.items())}
    return WeightedRandomSampler(list(weights.values()), num_samples=total)
