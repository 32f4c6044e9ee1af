# expect: model-improvement not-twice-as-good
# about: Learning rate far too high on unscaled features: logits become nan or constant
import torch
from torch import nn


def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    d = train_features.shape[1]
    model = nn.Sequential(nn.Linear(d, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 1), nn.Flatten(0))
    # a higher learning rate gets there faster
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(4.0))
    for _ in range(50):
        for rows in torch.randperm(len(train_features)).split(64):
            optimizer.zero_grad()
            loss_fn(model(train_features[rows]), train_labels[rows]).backward()
            optimizer.step()
    return model
