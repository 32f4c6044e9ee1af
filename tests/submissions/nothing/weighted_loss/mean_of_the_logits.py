def make_loss(train_labels):
    """The mean of what came in."""
    return lambda logits, targets: logits.mean()
