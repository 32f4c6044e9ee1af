import torch
from torch.nn import BCEWithLogitsLoss
from sklearn.metrics import confusion_matrix


def make_loss(train_labels):
    p = train_labels.mean()
    return BCEWithLogitsLoss(pos_weight=(1 - p) / p)


def train_epoch(model, loader, loss_fn, optimizer):
    losses = []
    for features, targets in loader:
        model.train()
        loss = loss_fn(model(features), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    cm = 0
    for features, targets in loader:
        with torch.no_grad():
            y_hat = (torch.sigmoid(model(features)) >= threshold).numpy().astype("int64")
        cm = cm + confusion_matrix(targets.numpy().astype("int64"), y_hat, labels=[0, 1])
    tn, fp, fn, tp = cm.ravel()
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = tp / (tp + 0.5 * (fp + fn)) if tp + fp + fn else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
