import torch


def make_loss(train_labels):
    """A loss that is a parameter of its own."""
    return lambda logits, targets: torch.nn.Parameter(torch.zeros(()))
