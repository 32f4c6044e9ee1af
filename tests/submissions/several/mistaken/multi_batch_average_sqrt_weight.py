# expect: weighted-loss wrong-pos-weight
# expect: evaluation averages-batches
from sklearn.metrics import f1_score, precision_score, recall_score
from torch import nn
import torch


def make_loss(train_labels):
    n_pos = train_labels.sum()
    return nn.BCEWithLogitsLoss(pos_weight=torch.log(len(train_labels) / n_pos))


def evaluate(model, loader, threshold=0.5):
    model.eval()
    result = {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    with torch.no_grad():
        for x, y in loader:
            hat = (torch.sigmoid(model(x)) >= threshold).int()
            for name, score in zip(result, (precision_score, recall_score, f1_score)):
                result[name] += score(y.int(), hat, zero_division=0) / len(loader)
    return result
