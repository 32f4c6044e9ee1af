# expect: production loads-arbitrary-code
# about: torch.load(weights_only=False) runs whatever code the file holds
import torch
from torch import Tensor, nn


def save_model(model: nn.Module, path) -> None:
    torch.save(model, path)


def load_model(path) -> nn.Module:
    model = torch.load(path, weights_only=False)
    model.eval()
    return model


def predict(model: nn.Module, features: Tensor) -> Tensor:
    expected = next(model.parameters()).shape[1]
    if features.ndim != 2 or features.shape[1] != expected:
        raise ValueError(f"expected {expected} features")
    if torch.isnan(features).any():
        raise ValueError("features contain NaN")
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))
