# expect: evaluation wrong-average.weighted
from sklearn.metrics import precision_recall_fscore_support
import torch
import torch.nn.functional as F


def make_loss(train_labels: torch.Tensor):
    pos = train_labels.sum().item()
    neg = train_labels.numel() - pos
    w = torch.tensor(neg / pos)

    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w)

    return loss_fn


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for inputs, labels in loader:
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), labels)
            loss.backward()
            return loss
        losses.append(float(optimizer.step(closure)))
    return sum(losses) / len(losses)


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    pairs = [(model(x).sigmoid() >= threshold, y.bool()) for x, y in loader]
    hat, true = (torch.cat(c).int().numpy() for c in zip(*pairs))
    # the classes are imbalanced, so weight them
    p, r, f, _ = precision_recall_fscore_support(true, hat, average="weighted", zero_division=0)
    return {"precision": p, "recall": r, "f1": f}
