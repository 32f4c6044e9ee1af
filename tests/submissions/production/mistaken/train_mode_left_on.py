# expect: production left-in-training-mode
# expect: production crash
# about: Neither load_model nor predict calls eval(): loaded model is in training mode, dropout and BatchNorm stay active
import torch
from torch import Tensor, nn

BUILD = {"Linear": nn.Linear, "BatchNorm1d": nn.BatchNorm1d, "Dropout": nn.Dropout, "Flatten": nn.Flatten, "ReLU": nn.ReLU}
ARGS = {"Linear": ["in_features", "out_features"], "BatchNorm1d": ["num_features"], "Dropout": ["p"],
        "Flatten": ["start_dim", "end_dim"], "ReLU": []}


def save_model(model: nn.Module, path) -> None:
    spec = [(type(m).__name__, [getattr(m, a) for a in ARGS[type(m).__name__]]) for m in model]
    torch.save({"spec": spec, "state_dict": model.state_dict()}, path)


def load_model(path) -> nn.Module:
    checkpoint = torch.load(path, weights_only=True)
    model = nn.Sequential(*[BUILD[name](*args) for name, args in checkpoint["spec"]])
    model.load_state_dict(checkpoint["state_dict"])
    return model


def predict(model: nn.Module, features: Tensor) -> Tensor:
    width = next(model.parameters()).shape[1]
    if features.shape[1] != width:
        raise ValueError(f"expected {width} features, got {features.shape[1]}")
    if torch.isnan(features).any():
        raise ValueError("features contain NaN")
    with torch.no_grad():
        return torch.sigmoid(model(features))
