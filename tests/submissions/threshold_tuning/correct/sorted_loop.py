import torch
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    best_t, best_f1 = 0.5, -1.0
    for t in torch.unique(probabilities):
        pred = probabilities >= t
        tp = (pred & (targets == 1)).sum().item()
        fp = (pred & (targets == 0)).sum().item()
        fn = (~pred & (targets == 1)).sum().item()
        f1 = 2 * tp / (2 * tp + fp + fn) if tp else 0.0
        if f1 > best_f1:
            best_f1, best_t = f1, t.item()
    return best_t
