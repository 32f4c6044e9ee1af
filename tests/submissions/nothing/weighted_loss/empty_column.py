import torch


def make_loss(train_labels):
    """No loss, in the shape of a column."""
    return lambda logits, targets: torch.empty(0, 1, requires_grad=True)
