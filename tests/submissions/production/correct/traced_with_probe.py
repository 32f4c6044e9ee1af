"""Traced TorchScript; the width is kept as an extra file inside the archive."""
import json

import torch
from torch import Tensor, nn

_META = "meta.json"


class Restored(nn.Module):
    def __init__(self, core: torch.jit.ScriptModule, width: int):
        super().__init__()
        self.core = core
        self.width = width

    def forward(self, x: Tensor) -> Tensor:
        return self.core(x)


def _width(model: nn.Module) -> int:
    if isinstance(model, Restored):
        return model.width
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.LazyLinear)):
            return module.in_features
        if isinstance(module, nn.BatchNorm1d):
            return module.num_features
    raise ValueError("cannot tell how many features the model takes")


def save_model(model: nn.Module, path) -> None:
    mode, width = model.training, _width(model)
    model.eval()
    with torch.no_grad():
        traced = torch.jit.trace(model, torch.zeros(2, width))
    torch.jit.save(traced, str(path), _extra_files={_META: json.dumps({"width": width})})
    model.train(mode)


def load_model(path) -> nn.Module:
    extra = {_META: ""}
    core = torch.jit.load(str(path), _extra_files=extra)
    return Restored(core, json.loads(extra[_META])["width"]).eval()


def predict(model: nn.Module, features: Tensor) -> Tensor:
    if features.ndim != 2 or features.shape[1] != _width(model):
        raise ValueError(f"features must have {_width(model)} columns")
    if not torch.isfinite(features).all():
        raise ValueError("features must be finite")
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))
