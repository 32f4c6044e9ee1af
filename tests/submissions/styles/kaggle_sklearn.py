import gc
import numpy as np
import torch, torch.nn.functional as F
from sklearn.metrics import precision_score, recall_score, f1_score, average_precision_score, roc_auc_score

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
DEVICE = "cpu"  # debugging
VERBOSE = True


def make_loss(train_labels):
    y = train_labels.numpy()
    w = torch.tensor((y == 0).sum() / (y == 1).sum(), dtype=torch.float32)
    print(f"pos_weight = {w:.3f}")
    return lambda logits, targets: F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for step, (xb, yb) in enumerate(loader):
        xb, yb = xb.to(DEVICE), yb.to(DEVICE)
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item())
        if VERBOSE and step % 50 == 0:
            print(f"\rstep {step}/{len(loader)} loss {np.mean(losses):.4f}", end="", flush=True)
    print()
    gc.collect()
    return np.mean(losses)


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    oof, y = [], []
    for xb, yb in loader:
        oof.append(model(xb.to(DEVICE)).sigmoid().cpu().numpy())
        y.append(yb.numpy())
    oof, y = np.concatenate(oof), np.concatenate(y)
    pred = (oof >= threshold).astype(int)
    y = y.astype(int)
    out = dict(
        precision=precision_score(y, pred, zero_division=0),
        recall=recall_score(y, pred, zero_division=0),
        f1=f1_score(y, pred, zero_division=0),
    )
    if 0 < y.sum() < len(y):
        out["auc"] = roc_auc_score(y, oof)
        out["ap"] = average_precision_score(y, oof)
    return out
