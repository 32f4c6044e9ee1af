# expect: model-improvement not-twice-as-good
# about: No improvement: the linear, unweighted baseline again, only trained longer
import torch
from torch import Tensor, nn


def build_improved(train_features: Tensor, train_labels: Tensor, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    model = nn.Sequential(nn.BatchNorm1d(train_features.shape[1]), nn.Linear(train_features.shape[1], 1), nn.Flatten(0))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.BCEWithLogitsLoss()
    # train longer
    for _ in range(300):
        optimizer.zero_grad()
        loss_fn(model(train_features), train_labels).backward()
        optimizer.step()
    return model
