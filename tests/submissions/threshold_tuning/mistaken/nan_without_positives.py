# expect: threshold-tuning not-the-best-threshold
# about: Averages all thresholds that tie for the best F1 (wrong when they are apart: the mean is not a best threshold) and returns nan without positives
import torch
from torch import Tensor


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    thresholds = probabilities.unique()
    pred = (probabilities.unsqueeze(0) >= thresholds.unsqueeze(1)).float()
    precision = (pred * targets).sum(1) / pred.sum(1)
    recall = (pred * targets).sum(1) / targets.sum()
    f1 = 2 * precision * recall / (precision + recall)
    keep = ~torch.isnan(f1)
    # weighted by which thresholds reach the best value: the middle of the plateau
    best = f1[keep].max() if keep.any() else torch.tensor(float("nan"))
    return thresholds[f1 == best].mean().item()
