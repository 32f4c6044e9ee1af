# expect: oversampling originals-lost
# expect: oversampling not-between-neighbours
# about: Shuffles features and labels with different permutations: labels no longer belong to their rows
import torch
from imblearn.over_sampling import SMOTE
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    x, y = SMOTE(random_state=seed).fit_resample(features.numpy(), labels.numpy())
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    g = torch.Generator().manual_seed(seed)
    x = x[torch.randperm(len(x), generator=g)]
    y = y[torch.randperm(len(y), generator=g)]
    return x, y
