# expect: weighted-loss not-implemented
def make_loss(train_labels):
    """Return loss_fn(logits, targets)."""
    raise NotImplementedError("TODO 1")
