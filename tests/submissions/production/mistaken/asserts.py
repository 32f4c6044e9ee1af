# expect: production accepts-bad-features
# about: Checks with assert: AssertionError, not ValueError (and nothing under -O)
import collections

import torch
from torch import Tensor, nn


def save_model(model: nn.Module, path) -> None:
    torch.save(model, path)


def load_model(path) -> nn.Module:
    torch.serialization.add_safe_globals([
        nn.Sequential, nn.Linear, nn.ReLU, nn.BatchNorm1d, nn.Dropout, nn.Flatten, collections.OrderedDict, set])
    return torch.load(path, weights_only=True).eval()


def predict(model: nn.Module, features: Tensor) -> Tensor:
    width = next(m.in_features for m in model.modules() if isinstance(m, nn.Linear))
    assert features.shape[1] == width, f"expected {width} features"
    assert not torch.isnan(features).any(), "features contain NaN"
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))
