import torch


def make_loss(train_labels):
    """No loss."""
    return lambda logits, targets: torch.empty(0)
