# expect: threshold-tuning not-the-best-threshold
def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    """F1: return the threshold at which `probabilities >= threshold` has the highest F1.

    Args:
        targets: shape (n,), float32, each 0.0 or 1.0.
        probabilities: shape (n,), float32, each from 0.0 to 1.0; equal ones are frequent.
    """
    order = torch.argsort(probabilities, descending=True)
    sorted_probabilities, hits = probabilities[order], targets[order].cumsum(0)
    predicted = torch.arange(1, len(order) + 1)
    f1 = hits / predicted  # precision
    # A threshold accepts all of a group of equal probabilities, or none.
    last_of_group = torch.cat([sorted_probabilities[1:] != sorted_probabilities[:-1], torch.tensor([True])])
    f1[~last_of_group] = -1.0
    return float(sorted_probabilities[f1.argmax()])
