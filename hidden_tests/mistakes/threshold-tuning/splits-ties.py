# expect: threshold-tuning splits-ties
def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    """F1: return the threshold at which `probabilities >= threshold` has the highest F1.

    Args:
        targets: shape (n,), float32, each 0.0 or 1.0.
        probabilities: shape (n,), float32, each from 0.0 to 1.0; equal ones are frequent.
    """
    order = torch.argsort(probabilities, descending=True)
    sorted_probabilities, hits = probabilities[order], targets[order].cumsum(0)
    predicted = torch.arange(1, len(order) + 1)
    f1 = 2 * hits / (predicted + targets.sum())
    return float(sorted_probabilities[f1.argmax()])
