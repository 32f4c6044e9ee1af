# expect: production loads-arbitrary-code
# about: torch.load(weights_only=False) runs whatever code the file holds
import torch
from torch import nn


def save_model(model: nn.Module, path) -> None:
    torch.save(model, path)


def load_model(path) -> nn.Module:
    model = torch.load(path, weights_only=False)
    model.eval()
    return model
