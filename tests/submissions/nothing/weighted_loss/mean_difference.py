def make_loss(train_labels):
    """The mean of what is left."""
    return lambda logits, targets: (targets - logits).mean()
