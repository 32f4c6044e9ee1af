# expect: oversampling not-between-neighbours
# about: Interpolates between any two minority rows, not nearest neighbours (bridges separate clusters)
import torch
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """SMOTE: interpolate between two minority samples."""
    generator = torch.Generator().manual_seed(seed)
    minority = features[labels == 1]
    n_new = int((labels == 0).sum() - (labels == 1).sum())
    a = minority[torch.randint(len(minority), (n_new,), generator=generator)]
    b = minority[torch.randint(len(minority), (n_new,), generator=generator)]
    lam = torch.rand(n_new, 1, generator=generator)
    new = lam * a + (1 - lam) * b
    return torch.cat([features, new], dim=0), torch.cat([labels, torch.ones(n_new)], dim=0)
