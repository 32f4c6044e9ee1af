# expect: production round-trip-changes-predictions
# about: Rebuilds other key names and loads with strict=False: no weight arrives, the loaded model is random (BatchNorm is dropped as well)
import torch
from torch import nn


def _mlp(widths: list[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for i, o in zip(widths, widths[1:]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(nn.Sequential(*layers[:-1]), nn.Flatten(0))


def save_model(model: nn.Module, path) -> None:
    linears = [m for m in model.modules() if isinstance(m, nn.Linear)]
    widths = [linears[0].in_features] + [m.out_features for m in linears]
    torch.save({"widths": widths, "state_dict": model.state_dict()}, path)


def load_model(path) -> nn.Module:
    data = torch.load(path, weights_only=True)
    model = _mlp(data["widths"])
    model.load_state_dict(data["state_dict"], strict=False)
    return model.eval()
