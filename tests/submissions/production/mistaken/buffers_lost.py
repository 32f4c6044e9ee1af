# expect: production round-trip-changes-predictions
# about: Saves parameters only: BatchNorm's running statistics are lost
import torch
from torch import nn

KINDS = {
    "Linear": lambda a, b: nn.Linear(a, b),
    "BatchNorm1d": lambda n: nn.BatchNorm1d(n),
    "Dropout": lambda p: nn.Dropout(p),
    "Flatten": lambda s: nn.Flatten(s),
    "ReLU": lambda: nn.ReLU(),
}


def _args(m):
    if isinstance(m, nn.Linear):
        return [m.in_features, m.out_features]
    if isinstance(m, nn.BatchNorm1d):
        return [m.num_features]
    if isinstance(m, nn.Dropout):
        return [m.p]
    if isinstance(m, nn.Flatten):
        return [m.start_dim]
    return []


def save_model(model, path):
    torch.save({
        "layers": [[type(m).__name__, _args(m)] for m in model],
        "parameters": {name: p.detach() for name, p in model.named_parameters()},
    }, path)


def load_model(path):
    data = torch.load(path, weights_only=True)
    model = nn.Sequential(*[KINDS[kind](*args) for kind, args in data["layers"]])
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(data["parameters"][name])
    return model.eval()
