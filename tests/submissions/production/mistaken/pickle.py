# expect: production loads-arbitrary-code
# about: pickle.load runs whatever code the file holds
import pickle

import torch
from torch import nn


def save_model(model, path):
    with open(path, "wb") as f:
        pickle.dump(model, f)


def load_model(path):
    with open(path, "rb") as f:
        model = pickle.load(f)
    model.eval()
    return model


def predict(model, features):
    if torch.isnan(features).any():
        raise ValueError("NaN in features")
    width = next(m for m in model.modules() if isinstance(m, nn.Linear)).in_features
    if features.shape[1] != width:
        raise ValueError("wrong number of features")
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))
