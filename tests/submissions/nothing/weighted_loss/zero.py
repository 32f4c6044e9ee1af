import torch


def make_loss(train_labels):
    """Always the same loss."""
    return lambda logits, targets: torch.tensor(0.0)
