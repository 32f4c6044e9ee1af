# expect: training-loop loss-keeps-graph
from sklearn.metrics import f1_score, precision_score, recall_score
import torch
import torch.nn.functional as F


def make_loss(train_labels: torch.Tensor):
    pos = train_labels.sum().item()
    neg = train_labels.numel() - pos
    w = torch.tensor(neg / pos)

    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w)

    return loss_fn


class AverageMeter:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, val, n):
        self.sum = self.sum + val * n
        self.count += n

    @property
    def avg(self):
        return self.sum / self.count


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    meter = AverageMeter()
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        meter.update(loss, len(y))
    return meter.avg


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    y_true, y_pred = [], []
    for x, y in loader:
        y_pred += (model(x).sigmoid() >= threshold).int().tolist()
        y_true += y.int().tolist()
    return {
        "precision": precision_score(y_true, y_pred, zero_division=0),
        "recall": recall_score(y_true, y_pred, zero_division=0),
        "f1": f1_score(y_true, y_pred, zero_division=0),
    }
