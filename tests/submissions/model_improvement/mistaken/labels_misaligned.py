# expect: model-improvement not-twice-as-good
# about: Features and labels are put together in different orders after oversampling
import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self, x):
        super().__init__()
        self.register_buffer("m", x.mean(0))
        self.register_buffer("s", x.std(0))

    def forward(self, x):
        return (x - self.m) / self.s


def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    d = train_features.shape[1]
    model = nn.Sequential(Scale(train_features), nn.Linear(d, 64), nn.ReLU(), nn.Linear(64, 1), nn.Flatten(0))
    # oversample: repeat the positives four times, then shuffle
    pos = train_labels == 1
    x = torch.cat([train_features[~pos], train_features[pos].repeat(4, 1)])
    y = torch.cat([train_labels[pos].repeat(4), train_labels[~pos]])
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(30):
        for rows in torch.randperm(len(x)).split(128):
            optimizer.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return model.eval()
