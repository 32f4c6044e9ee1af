# expect: model-improvement not-twice-as-good
# about: Weights and scales, but stays linear: better than the baseline, not twice as good
import torch
from torch import nn


class LogReg(nn.Module):
    def __init__(self, x):
        super().__init__()
        self.register_buffer("mu", x.mean(0))
        self.register_buffer("sd", x.std(0))
        self.linear = nn.Linear(x.shape[1], 1)

    def forward(self, x):
        return self.linear((x - self.mu) / self.sd).squeeze(1)


def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    model = LogReg(train_features)
    pos_weight = (train_labels == 0).sum() / (train_labels == 1).sum()
    criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
    opt = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(200):
        opt.zero_grad()
        criterion(model(train_features), train_labels).backward()
        opt.step()
    return model
