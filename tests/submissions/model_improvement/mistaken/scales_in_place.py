# expect: model-improvement not-twice-as-good
# about: Scales the caller's tensor in place, and the returned model does not scale
import torch
from torch import nn


def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    train_features -= train_features.mean(dim=0)
    train_features /= train_features.std(dim=0)
    d = train_features.shape[1]
    model = nn.Sequential(nn.Linear(d, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1), nn.Flatten(0))
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=(train_labels == 0).sum() / (train_labels == 1).sum())
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(40):
        for rows in torch.randperm(len(train_features)).split(128):
            optimizer.zero_grad()
            loss_fn(model(train_features[rows]), train_labels[rows]).backward()
            optimizer.step()
    return model.eval()
