# expect: broken-pipeline thresholded-logits
def decide(model: nn.Module, features: Tensor, threshold: float = 0.5) -> Tensor:
    """Return whether the probability is at least the threshold: booleans of shape (n,)."""
    model.eval()
    with torch.no_grad():
        logits: Tensor = model(features)
    return logits >= threshold
