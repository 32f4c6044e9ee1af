# expect: sampler inverted-sampler
# expect: sampler wrong-draws
import numpy as np
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    y = train_labels.numpy().astype("int64")
    frequency = np.bincount(y, minlength=2) / y.size
    return WeightedRandomSampler(frequency[y], y.size // 2, replacement=True)
