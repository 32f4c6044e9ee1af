# expect: broken-pipeline inverted-weight
def make_loss(train_labels: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """Return `loss_fn(logits, targets)`: mean cross-entropy on logits, positives weighted by n_neg / n_pos."""
    positives = train_labels.sum()
    negatives = len(train_labels) - positives
    weight = positives / negatives

    def loss_fn(logits: Tensor, targets: Tensor) -> Tensor:
        return (weight * targets * softplus(-logits) + (1 - targets) * softplus(logits)).mean()

    return loss_fn
