# expect: production round-trip-changes-predictions
def predict(model: nn.Module, features: Tensor) -> Tensor:
    """F4: return the probabilities, shape (n,), of features (n, d), in evaluation mode.

    Raises:
        ValueError: a feature is NaN, or d is not the model's number of features.
    """
    width = next(layer.in_features for layer in model.modules() if isinstance(layer, nn.Linear))
    if features.ndim != 2 or features.shape[1] != width:
        raise ValueError(f"expected features of shape (n, {width}), got {tuple(features.shape)}")
    if features.isnan().any():
        raise ValueError("features contain NaN")
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features).squeeze())
