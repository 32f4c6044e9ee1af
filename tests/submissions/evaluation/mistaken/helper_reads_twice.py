# expect: evaluation misaligned-batches
# points: evaluation 17
import torch


def get_features(loader):
    return torch.cat([batch[0] for batch in loader])


def get_targets(loader):
    return torch.cat([batch[1] for batch in loader])


def evaluate(model, loader, threshold=0.5):
    model.eval()
    X = get_features(loader)
    y = get_targets(loader)
    with torch.no_grad():
        pred = torch.sigmoid(model(X)) >= threshold
    tp = (pred & (y == 1)).sum().item()
    fp = (pred & (y == 0)).sum().item()
    fn = (~pred & (y == 1)).sum().item()
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    return {"precision": precision, "recall": recall, "f1": 2 * tp / (2 * tp + fp + fn) if tp else 0.0}
