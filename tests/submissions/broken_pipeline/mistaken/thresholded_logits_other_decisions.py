# expect: broken-pipeline thresholded-logits.other-decisions
def decide(model, features, threshold=0.5):
    return predict(model, features) <= threshold
