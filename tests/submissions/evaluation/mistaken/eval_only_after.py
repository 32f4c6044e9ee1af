# expect: evaluation missing-eval-mode
from sklearn.metrics import f1_score, precision_score, recall_score
import numpy as np
import torch


def make_loss(train_labels):
    counts = np.bincount(train_labels.numpy().astype(int), minlength=2)
    return torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(counts[0] / counts[1], dtype=torch.float32))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    batch_losses = []
    for i, (xb, yb) in enumerate(loader):
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        batch_losses.append(loss.detach().cpu().numpy())
    return float(np.mean(batch_losses))


def evaluate(model, loader, threshold=0.5):
    with torch.no_grad():
        outputs = [(torch.sigmoid(model(x)), y) for x, y in loader]
    model.eval()
    prob = torch.cat([o[0] for o in outputs])
    y = torch.cat([o[1] for o in outputs]).numpy()
    hat = (prob >= threshold).numpy()
    return {
        "precision": precision_score(y, hat, zero_division=0),
        "recall": recall_score(y, hat, zero_division=0),
        "f1": f1_score(y, hat, zero_division=0),
    }
