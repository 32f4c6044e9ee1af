import torch
from torch import nn


def save_model(model: nn.Module, path):
    # TorchScript keeps the architecture, so load_model does not need the class
    was_training = model.training
    model.eval()
    torch.jit.script(model).save(str(path))
    model.train(was_training)


def load_model(path) -> nn.Module:
    model = torch.jit.load(str(path), map_location="cpu")
    model.eval()
    return model


def _input_width(model: nn.Module) -> int:
    for p in model.parameters():
        return p.shape[-1]
    raise ValueError("the model has no parameters")


def predict(model, features):
    if not torch.isfinite(features).all():
        raise ValueError("features must be finite")
    if features.dim() != 2 or features.size(1) != _input_width(model):
        raise ValueError("wrong number of features")
    model.eval()
    with torch.inference_mode():
        return model(features).sigmoid()
