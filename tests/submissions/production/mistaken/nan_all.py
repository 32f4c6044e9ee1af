# expect: production accepts-bad-features
# about: isnan().all() in place of any(): rejects only features that are NaN throughout
import torch
from torch import nn


def save_model(model, path):
    torch.jit.save(torch.jit.script(model), str(path))


def load_model(path):
    model = torch.jit.load(str(path))
    model.eval()
    return model


def predict(model, features):
    if features.dim() != 2:
        raise ValueError("features must be two-dimensional")
    if features.size(1) != next(iter(model.parameters())).size(1):
        raise ValueError("wrong number of features")
    if features.isnan().all():
        raise ValueError("features are NaN")
    model.eval()
    with torch.no_grad():
        return model(features).sigmoid()
