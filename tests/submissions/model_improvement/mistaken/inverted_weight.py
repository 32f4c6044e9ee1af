# expect: model-improvement not-twice-as-good
# about: pos_weight is n_pos / n_neg: the positives count even less (and the training is short)
import torch
from torch import Tensor, nn


def build_improved(train_features: Tensor, train_labels: Tensor, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    d = train_features.shape[1]
    model = nn.Sequential(nn.BatchNorm1d(d), nn.Linear(d, 16), nn.ReLU(), nn.Linear(16, 1), nn.Flatten(0))
    n_pos, n_neg = (train_labels == 1).sum(), (train_labels == 0).sum()
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=n_pos / n_neg)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(20):
        for rows in torch.randperm(len(train_features)).split(128):
            optimizer.zero_grad()
            loss_fn(model(train_features[rows]), train_labels[rows]).backward()
            optimizer.step()
    return model.eval()
