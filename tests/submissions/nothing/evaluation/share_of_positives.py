def evaluate(model, loader, threshold=0.5):
    """What saying yes to everything would reach."""
    model.eval()
    targets = [float(target) for _, batch in loader for target in batch]
    share = sum(targets) / len(targets)
    return {"precision": share, "recall": 1.0 if share else 0.0, "f1": 2 * share / (1 + share)}
