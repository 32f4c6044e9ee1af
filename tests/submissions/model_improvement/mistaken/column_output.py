# expect: model-improvement not-twice-as-good
# about: Well trained, but the model returns (b, 1), not (b,)
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    d = train_features.shape[1]
    model = nn.Sequential(nn.BatchNorm1d(d), nn.Linear(d, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    ds = TensorDataset(train_features, train_labels.unsqueeze(1))
    loader = DataLoader(ds, batch_size=128, shuffle=True)
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([4.0]))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(40):
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
    model.eval()
    return model
