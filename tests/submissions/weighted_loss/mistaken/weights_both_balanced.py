# expect: weighted-loss weights-negatives.balanced
from sklearn.utils.class_weight import compute_class_weight
import numpy as np
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    y = train_labels.numpy()
    w = compute_class_weight("balanced", classes=np.array([0.0, 1.0]), y=y)
    w = torch.tensor(w, dtype=torch.float32)

    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, weight=w[targets.long()])

    return loss_fn
