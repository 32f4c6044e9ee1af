import torch


def make_loss(train_labels):
    """A zero for each example."""
    return lambda logits, targets: torch.zeros_like(logits)
