# expect: production round-trip-changes-predictions
# about: squeeze() of the output: a single row gives a 0-d tensor, not (1,)
import torch


def predict(model, features):
    in_features = list(model.parameters())[0].shape[1]
    if features.shape[1] != in_features:
        raise ValueError(f"Expected {in_features} features, got {features.shape[1]}")
    if torch.isnan(features).any():
        raise ValueError("Input contains NaN")
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features).squeeze())
