# expect: evaluation crash | missing-no-grad
import numpy as np
import torch


def evaluate(model, loader, threshold=0.5):
    model.eval()
    hat, true = [], []
    for x, y in loader:
        hat.append(torch.sigmoid(model(x)).numpy() >= threshold)
        true.append(y.numpy() == 1)
    hat, true = np.concatenate(hat), np.concatenate(true)
    tp = (hat & true).sum()
    precision = tp / hat.sum() if hat.any() else 0.0
    recall = tp / true.sum() if true.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if tp else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
