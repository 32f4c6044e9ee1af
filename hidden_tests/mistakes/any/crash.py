# expect: evaluation crash
def evaluate(model, loader, threshold=0.5):
    """Divides by zero."""
    return {"precision": 1 / 0}
