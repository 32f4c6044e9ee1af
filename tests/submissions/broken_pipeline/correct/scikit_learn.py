"""Repaired with scikit-learn where it has the part already."""

import torch
from sklearn.metrics import precision_recall_fscore_support
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def split(features, labels, seed):
    a, b, c, d = train_test_split(
        features.numpy(), labels.numpy(), test_size=0.25, stratify=labels.numpy(), random_state=seed
    )
    return torch.from_numpy(a), torch.from_numpy(c), torch.from_numpy(b), torch.from_numpy(d)


def standardize(train, test):
    scaler = StandardScaler().fit(train.numpy())

    def transform(x):
        return torch.as_tensor(scaler.transform(x.numpy()), dtype=torch.float32)

    return transform(train), transform(test), transform


def make_loss(train_labels):
    return nn.BCEWithLogitsLoss(pos_weight=(train_labels == 0).sum() / (train_labels == 1).sum())


class Flat(nn.Sequential):
    def forward(self, x):
        return super().forward(x).flatten()


def build_model(width, seed):
    torch.manual_seed(seed)
    return Flat(nn.Linear(width, 64), nn.GELU(), nn.Dropout(0.1), nn.Linear(64, 32), nn.GELU(), nn.Linear(32, 1))


def fit(model, features, labels, loss_fn, seed):
    loader = DataLoader(
        TensorDataset(features, labels), batch_size=32, shuffle=True, generator=torch.Generator().manual_seed(seed)
    )
    opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-4)
    for _ in range(25):
        for xb, yb in loader:
            model.train()
            loss = loss_fn(model(xb), yb)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()


@torch.inference_mode()
def predict(model, features):
    was = model.training
    model.eval()
    p = model(features).sigmoid()
    model.train(was)
    return p


def decide(model, features, threshold=0.5):
    return predict(model, features) >= threshold


def measure(targets, decisions):
    p, r, f, _ = precision_recall_fscore_support(
        targets.numpy(), decisions.numpy().astype(float), average="binary", zero_division=0.0
    )
    return {"precision": float(p), "recall": float(r), "f1": float(f)}


def run(features, labels, seed=0):
    x, y, tx, ty = split(features, labels, seed)
    x, tx, transform = standardize(x, tx)
    model = build_model(x.shape[1], seed)
    fit(model, x, y, make_loss(y), seed)
    return (lambda raw: decide(model, transform(raw))), measure(ty, decide(model, tx))
