# expect: model-improvement not-twice-as-good
# about: Trains on scaled features but the scaler is not part of the returned model
import torch
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    scaler = StandardScaler()
    x = torch.tensor(scaler.fit_transform(train_features.numpy()), dtype=torch.float32)
    model = nn.Sequential(nn.Linear(x.shape[1], 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1), nn.Flatten(0))
    loader = DataLoader(TensorDataset(x, train_labels), batch_size=128, shuffle=True)
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(4.0))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(40):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss_fn(model(xb), yb).backward()
            optimizer.step()
    return model.eval()
