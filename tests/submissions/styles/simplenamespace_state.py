from types import SimpleNamespace

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce


def make_loss(train_labels):
    st = SimpleNamespace(pos=0, neg=0)
    for label in train_labels:
        if label > 0:
            st.pos += 1
        else:
            st.neg += 1
    st.w = st.neg / st.pos

    def f(logits, targets):
        # (1 - y) * bce + w * y * bce
        l = bce(logits, targets, reduction="none")
        return ((1 - targets) * l + st.w * targets * l).mean()

    f.state = st
    return f


def train_epoch(model, loader, loss_fn, optimizer):
    st = SimpleNamespace(loss=0.0, n=0)
    for m in model.modules():
        m.training = True
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        st.loss += loss.item() * len(y)
        st.n += len(y)
    return st.loss / st.n


def evaluate(model, loader, threshold=0.5):
    st = SimpleNamespace(tp=0, fp=0, fn=0)
    model.eval()
    prev = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    for x, y in loader:
        yes = model(x).sigmoid() >= threshold
        st.tp += int(y[yes].sum())
        st.fp += int((1 - y[yes]).sum())
        st.fn += int(y[~yes].sum())
    torch.set_grad_enabled(prev)
    r = SimpleNamespace(precision=0.0, recall=0.0, f1=0.0)
    if st.tp:
        r.precision = st.tp / (st.tp + st.fp)
        r.recall = st.tp / (st.tp + st.fn)
        r.f1 = 2 * st.tp / (2 * st.tp + st.fp + st.fn)
    return vars(r)
