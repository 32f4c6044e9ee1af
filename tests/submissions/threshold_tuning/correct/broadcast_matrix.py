import torch


@torch.no_grad()
def best_threshold(targets: torch.Tensor, probabilities: torch.Tensor) -> float:
    targets = targets.flatten().bool()
    probabilities = probabilities.flatten()
    thresholds = probabilities.unique()
    pred = probabilities[None, :] >= thresholds[:, None]          # (T, n)
    tp = (pred & targets).sum(1).float()
    fp = (pred & ~targets).sum(1).float()
    fn = (~pred & targets).sum(1).float()
    f1 = torch.nan_to_num(2 * tp / (2 * tp + fp + fn), nan=0.0)
    return float(thresholds[torch.argmax(f1)])
