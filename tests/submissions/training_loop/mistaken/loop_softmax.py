# expect: training-loop sigmoid-before-logits-loss
import torch.nn.functional as F


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for features, targets in loader:
        optimizer.zero_grad()
        outputs = F.softmax(model(features), dim=0)
        loss = loss_fn(outputs, targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
