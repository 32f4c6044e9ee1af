import torch
from torch import Tensor, nn

# Layers that may be saved, with the arguments needed to build them again.
LAYERS = {
    "Linear": (nn.Linear, lambda m: {"in_features": m.in_features, "out_features": m.out_features, "bias": m.bias is not None}),
    "BatchNorm1d": (nn.BatchNorm1d, lambda m: {"num_features": m.num_features, "eps": m.eps, "momentum": m.momentum}),
    "Dropout": (nn.Dropout, lambda m: {"p": m.p}),
    "Flatten": (nn.Flatten, lambda m: {"start_dim": m.start_dim, "end_dim": m.end_dim}),
    "LeakyReLU": (nn.LeakyReLU, lambda m: {"negative_slope": m.negative_slope}),
    "ReLU": (nn.ReLU, lambda m: {}),
    "GELU": (nn.GELU, lambda m: {}),
    "Tanh": (nn.Tanh, lambda m: {}),
    "Sigmoid": (nn.Sigmoid, lambda m: {}),
}


def save_model(model: nn.Module, path) -> None:
    if not isinstance(model, nn.Sequential):
        raise TypeError("only nn.Sequential models can be saved")
    spec = []
    for layer in model:
        name = type(layer).__name__
        if name not in LAYERS:
            raise TypeError(f"cannot save a {name}")
        spec.append([name, LAYERS[name][1](layer)])
    torch.save({"spec": spec, "state": model.state_dict()}, path)


def load_model(path) -> nn.Module:
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = nn.Sequential(*(LAYERS[name][0](**arguments) for name, arguments in checkpoint["spec"]))
    model.load_state_dict(checkpoint["state"])
    return model.eval()


def predict(model: nn.Module, features: Tensor) -> Tensor:
    width = next(m.in_features for m in model.modules() if isinstance(m, nn.Linear))
    if features.ndim != 2 or features.shape[1] != width:
        raise ValueError(f"expected features of shape (n, {width}), got {tuple(features.shape)}")
    if torch.isnan(features).any():
        raise ValueError("features contain NaN")
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))
