# expect: model-improvement not-twice-as-good
# about: Never scales features whose sizes differ by four orders: the net learns hardly anything
import torch
from torch import nn


class DeeperNet(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.fc1 = nn.Linear(d, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(32, 1)
        self.dropout = nn.Dropout(0.3)

    def forward(self, x):
        x = self.dropout(torch.relu(self.fc1(x)))
        x = self.dropout(torch.relu(self.fc2(x)))
        return self.fc3(x).squeeze(-1)


def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    model = DeeperNet(train_features.shape[1])
    n_pos = (train_labels == 1).sum().item()
    n_neg = (train_labels == 0).sum().item()
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([n_neg / n_pos]))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    for epoch in range(30):
        perm = torch.randperm(len(train_features))
        for i in range(0, len(perm), 64):
            idx = perm[i:i + 64]
            optimizer.zero_grad()
            loss = loss_fn(model(train_features[idx]), train_labels[idx])
            loss.backward()
            optimizer.step()
    model.eval()
    return model
