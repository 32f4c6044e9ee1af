import numpy as np
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: torch.Tensor) -> WeightedRandomSampler:
    labels = train_labels.detach().cpu().numpy()
    classes = np.unique(labels)
    per_class = dict(zip(classes, compute_class_weight("balanced", classes=classes, y=labels)))
    per_sample = [float(per_class[label]) for label in labels]
    return WeightedRandomSampler(per_sample, len(per_sample), True)
