# expect: production loads-arbitrary-code
# about: eval() of a string out of the file: arbitrary code, though torch.load itself is safe
import torch
from torch import nn
from torch.nn import *  # noqa: F403  the names in the architecture string


def save_model(model, path):
    layers = ", ".join(repr(layer) for layer in model)
    torch.save({"architecture": f"nn.Sequential({layers})", "state_dict": model.state_dict()}, path)


def load_model(path):
    checkpoint = torch.load(path, weights_only=True)
    model = eval(checkpoint["architecture"])
    model.load_state_dict(checkpoint["state_dict"])
    model.eval()
    return model
