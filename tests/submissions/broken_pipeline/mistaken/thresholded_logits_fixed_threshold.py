# expect: broken-pipeline thresholded-logits.fixed-threshold
def decide(model, features, threshold=0.5):
    return torch.round(predict(model, features)).bool()
