import torch


@torch.no_grad()
def make_loss(train_labels):
    pos = train_labels.sum()
    weight = pos.new_tensor([1.0, 0.0]) + 0  # [w_neg, w_pos]
    weight[1] = (train_labels.numel() - pos) / pos

    @torch.enable_grad()
    def loss_fn(logits, targets):
        sign = 1 - 2 * targets  # softplus(+x) for negatives, softplus(-x) for positives
        nll = torch.nn.functional.softplus(sign * logits)
        return (nll * weight.gather(0, targets.long())).mean()

    return loss_fn


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses, sizes = [], []
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        torch.autograd.backward([loss])
        optimizer.step()
        losses.append(loss.detach())
        sizes.append(len(targets))
    sizes = torch.tensor(sizes, dtype=torch.float32)
    return (torch.stack(losses) @ sizes / sizes.sum()).item()


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.inference_mode():
        rows = torch.cat([torch.stack((model(x).sigmoid(), y)) for x, y in loader], dim=1)
    prob, y = rows
    hit = prob >= threshold
    cm = torch.zeros(2, 2).index_put_((y.long(), hit.long()), torch.ones(len(y)), accumulate=True)
    precision = cm[1, 1] / cm[:, 1].sum().clamp_min(1)
    recall = cm[1, 1] / cm[1].sum().clamp_min(1)
    f1 = 2 * cm[1, 1] / (cm[:, 1].sum() + cm[1].sum()).clamp_min(1)
    return {k: v.item() for k, v in {"precision": precision, "recall": recall, "f1": f1}.items()}
