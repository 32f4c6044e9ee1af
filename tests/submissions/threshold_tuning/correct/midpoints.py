from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    # Midpoints between neighbouring probabilities: more robust on new data than the
    # training point itself.
    values = sorted(set(probabilities.double().tolist()))
    cuts = [values[0]] + [(lo + hi) / 2 for lo, hi in zip(values, values[1:])]
    pairs = list(zip(probabilities.double().tolist(), targets.tolist()))
    positives = sum(1 for _, t in pairs if t == 1)

    def f1_at(cut: float) -> float:
        tp = sum(1 for p, t in pairs if p >= cut and t == 1)
        predicted = sum(1 for p, _ in pairs if p >= cut)
        return 2 * tp / (predicted + positives) if predicted + positives else 0.0

    return max(cuts, key=f1_at)
