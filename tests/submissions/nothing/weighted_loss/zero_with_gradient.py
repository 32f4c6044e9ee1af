def make_loss(train_labels):
    """Always the same loss, with a gradient of zeros."""
    return lambda logits, targets: 0 * logits.sum()
