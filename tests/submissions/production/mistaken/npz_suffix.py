# expect: production crash
# about: np.savez appends .npz to the path, so load_model(path) finds no file
import json

import numpy as np
import torch
from torch import nn


def save_model(model, path):
    layers = []
    for m in model:
        if isinstance(m, nn.Linear):
            layers.append(["Linear", [m.in_features, m.out_features]])
        elif isinstance(m, nn.BatchNorm1d):
            layers.append(["BatchNorm1d", [m.num_features]])
        elif isinstance(m, nn.Dropout):
            layers.append(["Dropout", [m.p]])
        elif isinstance(m, nn.Flatten):
            layers.append(["Flatten", [m.start_dim]])
        else:
            layers.append([type(m).__name__, []])
    np.savez(path, layers=json.dumps(layers), **{k: v.numpy() for k, v in model.state_dict().items()})


def load_model(path):
    data = np.load(path)
    model = nn.Sequential(*[getattr(nn, name)(*args) for name, args in json.loads(str(data["layers"]))])
    model.load_state_dict({k: torch.from_numpy(data[k]) for k in data.files if k != "layers"})
    return model.eval()
