# expect: evaluation missing-eval-mode
from sklearn.metrics import f1_score, precision_score, recall_score
import torch


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
