# expect: model-improvement not-twice-as-good
# about: 'Best' starts at loss 0.0, so no epoch is ever better: the untrained copy is returned
import copy

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.body = nn.Sequential(nn.BatchNorm1d(d), nn.Linear(d, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.body(x).squeeze(-1)


def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    model = Net(train_features.shape[1])
    best_model, best_loss = copy.deepcopy(model), 0.0
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=(train_labels == 0).sum() / train_labels.sum())
    for _ in range(40):
        total = 0.0
        for rows in torch.randperm(len(train_features)).split(128):
            optimizer.zero_grad()
            loss = loss_fn(model(train_features[rows]), train_labels[rows])
            loss.backward()
            optimizer.step()
            total += loss.item()
        if total < best_loss:
            best_model, best_loss = copy.deepcopy(model), total
    return best_model.eval()
