import torch
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)

    n_pos, n_neg = int((labels == 1).sum()), int((labels == 0).sum())
    minority_label = 1.0 if n_pos <= n_neg else 0.0
    minority = features[labels == minority_label]
    n_new = abs(n_neg - n_pos)
    if n_new == 0:
        return features.clone(), labels.clone()

    distances = torch.cdist(minority, minority)
    distances.fill_diagonal_(float("inf"))
    k = min(5, len(minority) - 1)
    neighbours = distances.topk(k, largest=False).indices

    base = torch.randint(len(minority), (n_new,), generator=g)
    pick = torch.randint(k, (n_new,), generator=g)
    other = minority[neighbours[base, pick]]
    gap = torch.rand(n_new, 1, generator=g)
    synthetic = minority[base] + gap * (other - minority[base])

    return (
        torch.cat([features, synthetic]),
        torch.cat([labels, torch.full((n_new,), minority_label)]),
    )
