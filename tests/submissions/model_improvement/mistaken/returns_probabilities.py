# expect: model-improvement not-twice-as-good
# about: The model ends in a sigmoid: outputs are probabilities, so as logits all are >= 0 and everything is positive
import torch
from torch import Tensor, nn


def build_improved(train_features: Tensor, train_labels: Tensor, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    d = train_features.shape[1]
    model = nn.Sequential(
        nn.BatchNorm1d(d), nn.Linear(d, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(),
        nn.Linear(64, 1), nn.Sigmoid(), nn.Flatten(0),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    weights = torch.where(train_labels == 1, 4.0, 1.0)
    for _ in range(40):
        for rows in torch.randperm(len(train_features)).split(128):
            loss = nn.functional.binary_cross_entropy(model(train_features[rows]), train_labels[rows], weights[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()
