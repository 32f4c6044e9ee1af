# expect: broken-pipeline metrics-by-batch.swapped-metrics
def measure(targets, decisions):
    hits = int((decisions & (targets == 1)).sum())
    predicted, actual = int(decisions.sum()), int((targets == 1).sum())
    return {
        "precision": hits / actual if actual else 0.0,
        "recall": hits / predicted if predicted else 0.0,
        "f1": 2 * hits / (predicted + actual) if predicted + actual else 0.0,
    }
