def make_loss(train_labels):
    """No number."""
    return lambda logits, targets: logits.mean() * float('nan')
