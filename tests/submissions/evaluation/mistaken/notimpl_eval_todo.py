# expect: evaluation not-implemented
def evaluate(model, loader, threshold=0.5):
    # TODO 3: ran out of time
    return None
