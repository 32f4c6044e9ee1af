def make_loss(train_labels):
    """What came in."""
    return lambda logits, targets: logits
