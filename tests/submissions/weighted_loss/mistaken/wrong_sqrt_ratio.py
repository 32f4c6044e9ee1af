# expect: weighted-loss wrong-pos-weight.root
import math

import torch
import torch.nn.functional as F


def make_loss(train_labels):
    p = train_labels.mean().item()
    w = torch.tensor(math.sqrt((1 - p) / p))  # the square root is less aggressive
    return lambda logits, targets: F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w)
