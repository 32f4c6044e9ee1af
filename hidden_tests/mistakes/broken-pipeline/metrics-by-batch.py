# expect: broken-pipeline metrics-by-batch
def measure(targets: Tensor, decisions: Tensor) -> dict[str, float]:
    parts = []
    for start in range(0, len(targets), BATCH_SIZE):
        t, d = targets[start : start + BATCH_SIZE] == 1, decisions[start : start + BATCH_SIZE]
        hits, predicted, actual = int((t & d).sum()), int(d.sum()), int(t.sum())
        parts.append((hits / max(1, predicted), hits / max(1, actual), 2 * hits / max(1, predicted + actual)))
    precision, recall, f1 = (sum(values) / len(parts) for values in zip(*parts))
    return {"precision": precision, "recall": recall, "f1": f1}
