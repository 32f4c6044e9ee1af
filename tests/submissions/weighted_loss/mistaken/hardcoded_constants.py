# expect: weighted-loss hardcoded-pos-weight
import torch
import torch.nn.functional as F


NEGATIVE_SHARE = 0.8
POSITIVE_SHARE = 0.2
POS_WEIGHT = torch.tensor(NEGATIVE_SHARE / POSITIVE_SHARE)


def make_loss(train_labels):
    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=POS_WEIGHT)
    return loss_fn
