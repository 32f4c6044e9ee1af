# expect: production round-trip-changes-predictions
# expect: production accepts-bad-features
# about: Stores float16 (and converts the caller's model in place): predictions change; NaN is replaced by 0, not rejected
import torch
from torch import Tensor, nn


def save_model(model: nn.Module, path) -> None:
    # half the size on disk
    torch.jit.script(model.half()).save(str(path))


def load_model(path) -> nn.Module:
    return torch.jit.load(str(path)).float().eval()


def predict(model: nn.Module, features: Tensor) -> Tensor:
    width = next(model.parameters()).shape[1]
    if features.shape[1] != width:
        raise ValueError(f"expected {width} features")
    features = torch.nan_to_num(features, nan=0.0)
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))
