# expect: broken-pipeline dropout-left-on
def predict(model: nn.Module, features: Tensor) -> Tensor:
    """Return the probability of being positive, shape (n,), the same each time."""
    model.train()
    with torch.no_grad():
        return torch.sigmoid(model(features))
