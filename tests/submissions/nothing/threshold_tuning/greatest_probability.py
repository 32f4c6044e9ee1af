def best_threshold(targets, probabilities):
    return float(probabilities.max())
