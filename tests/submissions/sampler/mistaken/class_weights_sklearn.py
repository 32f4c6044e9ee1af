# expect: sampler class-weights-not-per-sample
import numpy as np
from sklearn.utils.class_weight import compute_class_weight
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    y = train_labels.numpy()
    weights = compute_class_weight(class_weight="balanced", classes=np.unique(y), y=y)
    return WeightedRandomSampler(weights, len(y))
