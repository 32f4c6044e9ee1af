# expect: sampler wrong-signature
import torch


def make_sampler(train_labels):
    n_pos = (train_labels == 1).sum()
    n_neg = (train_labels == 0).sum()
    return torch.where(train_labels == 1, 1.0 / n_pos, 1.0 / n_neg)
