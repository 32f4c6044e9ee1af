# expect: sampler uniform-sampler
import numpy as np
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    y = train_labels.numpy().astype(int)
    freq = np.bincount(y, minlength=2) / len(y)
    w = (1.0 / freq)[y]
    # every row should have a weight between 0 and 1
    w = w * freq[y]
    return WeightedRandomSampler(w, len(y), replacement=True)
