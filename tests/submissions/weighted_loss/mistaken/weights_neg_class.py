# expect: weighted-loss weights-negatives.ratio-on-negatives
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    n_pos = train_labels.sum().item()
    n_neg = train_labels.numel() - n_pos
    ratio = n_neg / n_pos

    def loss_fn(logits, targets):
        weight = torch.ones_like(targets)
        weight[targets == 0] = ratio
        return F.binary_cross_entropy_with_logits(logits, targets, weight=weight)

    return loss_fn
