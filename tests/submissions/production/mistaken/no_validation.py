# expect: production accepts-bad-features
# about: No check of NaN or width: NaN goes through, wrong widths raise torch's RuntimeError
import torch
from torch import Tensor, nn


def save_model(model: nn.Module, path) -> None:
    scripted = torch.jit.script(model)
    scripted.save(str(path))


def load_model(path) -> nn.Module:
    model = torch.jit.load(str(path))
    model.eval()
    return model


def predict(model: nn.Module, features: Tensor) -> Tensor:
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))
