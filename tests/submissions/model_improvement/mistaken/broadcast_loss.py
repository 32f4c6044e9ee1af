# expect: model-improvement not-twice-as-good
# about: (b, 1) outputs minus (b,) targets broadcast to (b, b): the model learns the mean only
import torch
from torch import nn


def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    d = train_features.shape[1]
    model = nn.Sequential(nn.BatchNorm1d(d), nn.Linear(d, 64), nn.ReLU(), nn.Linear(64, 1))
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(30):
        for rows in torch.randperm(len(train_features)).split(128):
            # regress on -1 and 1: sturdier than BCE
            target = 2 * train_labels[rows] - 1
            loss = ((model(train_features[rows]) - target) ** 2).mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
    model.append(nn.Flatten(0))
    return model.eval()
