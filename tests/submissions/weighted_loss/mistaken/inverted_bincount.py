# expect: weighted-loss inverted-pos-weight
from functools import partial

import torch
import torch.nn.functional as F


def make_loss(train_labels):
    counts = torch.bincount(train_labels.long(), minlength=2)
    return partial(F.binary_cross_entropy_with_logits, pos_weight=counts[1] / counts[0])
