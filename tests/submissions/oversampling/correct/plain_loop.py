"""SMOTE written out, one synthetic row at a time."""
import random

import torch
from torch import Tensor


def _nearest(rows: Tensor, index: int, k: int) -> list[int]:
    distance = ((rows - rows[index]) ** 2).sum(dim=1)
    order = distance.argsort().tolist()
    order.remove(index)
    return order[:k]


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    rng = random.Random(seed)
    counts = {value: int((labels == value).sum()) for value in (0.0, 1.0)}
    small = min(counts, key=counts.get)
    rows = features[labels == small]

    new_rows = []
    while counts[small] + len(new_rows) < max(counts.values()):
        i = rng.randrange(len(rows))
        j = rng.choice(_nearest(rows, i, k=5))
        gap = rng.random()
        new_rows.append(rows[i] + gap * (rows[j] - rows[i]))

    if not new_rows:
        return features, labels
    new_labels = torch.full((len(new_rows),), small, dtype=labels.dtype)
    return torch.cat([features, torch.stack(new_rows)]), torch.cat([labels, new_labels])
