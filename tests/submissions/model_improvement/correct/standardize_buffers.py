import torch
import torch.nn as nn
import torch.nn.functional as F


class Standardize(nn.Module):
    """The training set's mean and deviation travel with the model."""

    def __init__(self, x: torch.Tensor):
        super().__init__()
        self.register_buffer("mean", x.mean(dim=0))
        self.register_buffer("std", x.std(dim=0).clamp_min(1e-8))

    def forward(self, x):
        return (x - self.mean) / self.std


def build_improved(train_features, train_labels, seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(
            Standardize(train_features),
            nn.Linear(train_features.size(1), 128), nn.GELU(),
            nn.Linear(128, 64), nn.GELU(),
            nn.Linear(64, 1), nn.Flatten(0),
        )
        opt = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
        epochs, batch = 60, 256
        sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs)
        weight = (train_labels == 0).sum() / (train_labels == 1).sum()
        for _ in range(epochs):
            for idx in torch.randperm(len(train_features)).split(batch):
                loss = F.binary_cross_entropy_with_logits(
                    model(train_features[idx]), train_labels[idx], pos_weight=weight)
                opt.zero_grad(set_to_none=True)
                loss.backward()
                opt.step()
            sched.step()
    return model.eval()
