import torch


class PosWeightedBCE(torch.nn.Module):
    def __init__(self, train_labels):
        super().__init__()
        n_pos = torch.count_nonzero(train_labels)
        self.pos_weight = torch.nn.Parameter((len(train_labels) - n_pos) / n_pos, requires_grad=False)

    def forward(self, logits, targets):
        zero = torch.zeros_like(logits)
        nll_pos = torch.logaddexp(zero, -logits)
        nll_neg = torch.logaddexp(zero, logits)
        return torch.where(targets > 0.5, self.pos_weight * nll_pos, nll_neg).mean()


make_loss = PosWeightedBCE


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    acc = 0
    for features, targets in loader:
        loss = loss_fn(model(features), targets)
        loss.backward()
        acc += loss.item()
        optimizer.step()
        optimizer.zero_grad()
    return acc / len(loader)


def evaluate(model, loader, threshold=0.5):
    cut = torch.logit(torch.tensor(threshold))
    state = model.training
    model.train(False)
    logits, targets = [], []
    with torch.no_grad():
        for f, t in loader:
            logits.append(model(f))
            targets.append(t)
    model.train(state)
    predicted = torch.hstack(logits) >= cut
    actual = torch.hstack(targets) == 1
    tp = torch.count_nonzero(predicted & actual)
    precision = torch.nan_to_num(tp / predicted.sum(), nan=0.0)
    recall = torch.nan_to_num(tp / actual.sum(), nan=0.0)
    f1 = torch.nan_to_num(2 * precision * recall / (precision + recall), nan=0.0)
    return {"precision": precision.item(), "recall": recall.item(), "f1": f1.item()}
