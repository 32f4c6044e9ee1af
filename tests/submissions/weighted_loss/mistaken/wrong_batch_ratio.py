# expect: weighted-loss wrong-pos-weight.ratio-of-the-batch
import torch.nn.functional as F


def make_loss(train_labels):
    def loss_fn(logits, targets):
        n_pos = targets.sum().clamp(min=1)
        n_neg = targets.numel() - targets.sum()
        return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=n_neg / n_pos)
    return loss_fn
