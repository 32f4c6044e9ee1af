# expect: production accepts-bad-features
# about: isnan().all() in place of any(): rejects only features that are NaN throughout
import torch


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
