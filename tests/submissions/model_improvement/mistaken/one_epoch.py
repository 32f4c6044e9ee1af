# expect: model-improvement not-twice-as-good
# about: One epoch at a tiny learning rate: as good as untrained
import torch
from torch import nn


def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    d = train_features.shape[1]
    model = nn.Sequential(
        nn.BatchNorm1d(d), nn.Linear(d, 64), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1), nn.Flatten(0))
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(4.0))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    for rows in torch.randperm(len(train_features)).split(128):
        optimizer.zero_grad()
        loss_fn(model(train_features[rows]), train_labels[rows]).backward()
        optimizer.step()
    return model.eval()
