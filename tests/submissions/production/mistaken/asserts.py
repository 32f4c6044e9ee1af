# expect: production accepts-bad-features
# about: Checks with assert: AssertionError, not ValueError (and nothing under -O)
import torch
from torch import Tensor, nn


def predict(model: nn.Module, features: Tensor) -> Tensor:
    width = next(m.in_features for m in model.modules() if isinstance(m, nn.Linear))
    assert features.shape[1] == width, f"expected {width} features"
    assert not torch.isnan(features).any(), "features contain NaN"
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))
