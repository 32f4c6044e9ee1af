from collections import Counter

from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    labels = [int(label) for label in train_labels.tolist()]
    counts = Counter(labels)
    return WeightedRandomSampler(
        weights=[1 / counts[label] for label in labels],
        num_samples=len(labels),
    )
