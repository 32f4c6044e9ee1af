# expect: weighted-loss bce-on-probabilities
import torch


EPS = 1e-7


def make_loss(train_labels):
    w = float((train_labels == 0).sum()) / float((train_labels == 1).sum())

    def weighted_cross_entropy(logits, targets):
        p = torch.sigmoid(logits)
        p = torch.clamp(p, EPS, 1 - EPS)
        return -(w * targets * torch.log(p) + (1 - targets) * torch.log(1 - p)).mean()

    return weighted_cross_entropy
