def make_loss(train_labels):
    """No loss, with a gradient of zeros."""
    return lambda logits, targets: logits[:0]
