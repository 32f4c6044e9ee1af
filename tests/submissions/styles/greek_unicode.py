import torch
from torch.nn.functional import softplus as ζ

σ = torch.sigmoid


def make_loss(train_labels):
    ρ = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ρ * y * ζ(-z) + (1 - y) * ζ(z)).mean()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    Σ = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        ℓ = loss_fn(model(x), y)
        ℓ.backward()
        optimizer.step()
        Σ += ℓ.item()
    return Σ / len(loader)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    τ = threshold
    with torch.no_grad():
        ŷ, y = map(torch.cat, zip(*[(σ(model(x)) >= τ, t == 1) for x, t in loader]))
    α, β, γ = (ŷ & y).sum().item(), ŷ.sum().item(), y.sum().item()
    return {"precision": α / β if β else 0.0, "recall": α / γ if γ else 0.0, "f1": 2 * α / (β + γ) if β + γ else 0.0}
