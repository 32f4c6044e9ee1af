# expect: evaluation wrong-probabilities.softmax
from sklearn.metrics import f1_score, precision_score, recall_score
import torch
import torch.nn.functional as F


def evaluate(model, loader, threshold=0.5):
    model.eval()
    p, t = [], []
    with torch.no_grad():
        for x, y in loader:
            p.append(F.softmax(model(x), dim=-1) >= threshold)
            t.append(y.bool())
    p, t = torch.cat(p).numpy(), torch.cat(t).numpy()
    return {
        "precision": precision_score(t, p, zero_division=0),
        "recall": recall_score(t, p, zero_division=0),
        "f1": f1_score(t, p, zero_division=0),
    }
