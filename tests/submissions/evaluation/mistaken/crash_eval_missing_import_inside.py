# expect: evaluation crash | import-error
import torch


def evaluate(model, loader, threshold=0.5):
    from torchmetric_lite import BinaryF1Score, BinaryPrecision, BinaryRecall
    metrics = {"precision": BinaryPrecision(threshold), "recall": BinaryRecall(threshold), "f1": BinaryF1Score(threshold)}
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            for m in metrics.values():
                m.update(torch.sigmoid(model(x)), y)
    return {k: m.compute() for k, m in metrics.items()}
