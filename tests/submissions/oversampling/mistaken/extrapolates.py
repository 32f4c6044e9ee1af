# expect: oversampling not-between-neighbours
# about: The gap is normal, not uniform in [0, 1]: rows outside the segment to the neighbour
import torch
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)
    minority = features[labels == 1]
    n_new = int((labels == 0).sum() - (labels == 1).sum())
    dist = torch.cdist(minority, minority).fill_diagonal_(float("inf"))
    neighbours = dist.topk(5, largest=False).indices
    i = torch.randint(len(minority), (n_new,), generator=g)
    j = neighbours[i, torch.randint(5, (n_new,), generator=g)]
    gap = torch.randn(n_new, 1, generator=g)
    synthetic = minority[i] + gap * (minority[j] - minority[i])
    return torch.cat([features, synthetic]), torch.cat([labels, torch.ones(n_new)])
