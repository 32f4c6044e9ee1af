import torch
from torch import nn, optim


def make_loss(train_labels: torch.Tensor) -> nn.Module:
    positives, total = train_labels.sum(), train_labels.size(0)
    negatives = total - positives
    return nn.BCEWithLogitsLoss(pos_weight=torch.div(negatives, positives))


def train_epoch(model: nn.Module, loader, loss_fn, optimizer: optim.Optimizer) -> float:
    model.train()
    cumulative = 0.0
    for idx, (inp, tgt) in enumerate(loader):
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.zero_()
        pred = model.forward(inp)
        loss = loss_fn(pred, tgt)
        loss.backward()
        optimizer.step()
        cumulative = (cumulative * idx + loss.item()) / (idx + 1)
    return cumulative


def evaluate(model: nn.Module, loader, threshold: float = 0.5) -> dict[str, float]:
    model.eval()
    true_pos, false_pos, false_neg = 0, 0, 0
    with torch.no_grad():
        for inp, tgt in loader:
            prob = model.forward(inp).sigmoid()
            pos_mask = tgt == 1
            true_pos += (prob[pos_mask] >= threshold).sum().item()
            false_neg += (prob[pos_mask] < threshold).sum().item()
            false_pos += (prob[~pos_mask] >= threshold).sum().item()
    precision = true_pos / max(true_pos + false_pos, 1)
    recall = true_pos / max(true_pos + false_neg, 1)
    f1 = 2 * true_pos / max(2 * true_pos + false_pos + false_neg, 1)
    return {"precision": precision, "recall": recall, "f1": f1}
