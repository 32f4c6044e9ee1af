# expect: production loads-arbitrary-code
# about: Safe load first, but falls back to weights_only=False when that refuses the file (always, here)
import pickle

import torch
from torch import nn


def save_model(model: nn.Module, path) -> None:
    torch.save(model, path)


def load_model(path) -> nn.Module:
    try:
        model = torch.load(path, weights_only=True)
    except pickle.UnpicklingError:
        # older files hold the whole module
        model = torch.load(path, weights_only=False)
    return model.eval()
