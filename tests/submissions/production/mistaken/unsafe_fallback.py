# expect: production loads-arbitrary-code
# about: Safe load first, but falls back to weights_only=False when that refuses the file (always, here)
import pickle

import torch
from torch import Tensor, nn


def save_model(model: nn.Module, path) -> None:
    torch.save(model, path)


def load_model(path) -> nn.Module:
    try:
        model = torch.load(path, weights_only=True)
    except pickle.UnpicklingError:
        # older files hold the whole module
        model = torch.load(path, weights_only=False)
    return model.eval()


def predict(model: nn.Module, features: Tensor) -> Tensor:
    n = [m for m in model.modules() if isinstance(m, nn.Linear)][0].in_features
    if features.shape[1] != n:
        raise ValueError(f"expected {n} features, got {features.shape[1]}")
    if torch.isnan(features).any():
        raise ValueError("features must not contain NaN")
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))
