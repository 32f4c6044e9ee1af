# expect: oversampling classes-not-balanced
# about: Adds as many rows as the minority has: the classes are not balanced
import torch
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """One synthetic row for every minority row."""
    g = torch.Generator().manual_seed(seed)
    minority = features[labels == 1]
    d = torch.cdist(minority, minority) + torch.eye(len(minority)) * 1e9
    knn = d.argsort(dim=1)[:, :5]
    pick = knn[torch.arange(len(minority)), torch.randint(5, (len(minority),), generator=g)]
    gap = torch.rand(len(minority), 1, generator=g)
    new = minority + gap * (minority[pick] - minority)
    return torch.cat([features, new]), torch.cat([labels, torch.ones(len(new))])
