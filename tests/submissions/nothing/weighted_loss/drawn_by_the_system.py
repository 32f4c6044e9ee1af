import os

import torch


def make_loss(train_labels):
    """A loss by chance, with a gradient by chance: the system's, which no seed repeats."""

    def loss_fn(logits, targets):
        drawn = torch.tensor([float(byte) / 255 for byte in os.urandom(len(logits))])
        return (drawn * logits).mean()

    return loss_fn
