# expect: oversampling not-between-neighbours
# about: Adds gaussian noise to copies: no interpolation between neighbours
import torch
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)
    minority = features[labels == 1]
    missing = int((labels == 0).sum()) - len(minority)
    base = minority[torch.randint(len(minority), (missing,), generator=g)]
    noise = torch.randn(base.shape, generator=g) * minority.std(dim=0) * 0.1
    synthetic = base + noise
    return torch.cat([features, synthetic]), torch.cat([labels, torch.ones(missing)])
