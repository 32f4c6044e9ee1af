# expect: evaluation crash
def evaluate(model, loader, threshold=0.5):
    """Divides by nothing."""
    return {"precision": 1 / 0}
