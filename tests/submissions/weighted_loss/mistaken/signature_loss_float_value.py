# expect: weighted-loss wrong-signature
import torch.nn.functional as F


def make_loss(train_labels):
    w = (train_labels == 0).sum() / (train_labels == 1).sum()
    return lambda logits, targets: F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w).item()
