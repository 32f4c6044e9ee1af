def decide(model, features, threshold=0.5):
    return predict(model, features) <= threshold
