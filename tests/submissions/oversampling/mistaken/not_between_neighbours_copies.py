# expect: oversampling not-between-neighbours.copies
import torch
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)
    pos = features[labels == 1]
    n_new = int((labels == 0).sum() - (labels == 1).sum())
    idx = torch.randint(0, len(pos), (n_new,), generator=g)
    return torch.cat([features, pos[idx]]), torch.cat([labels, torch.ones(n_new)])
