import torch
from imblearn.over_sampling import SMOTE
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    x, y = SMOTE(random_state=seed).fit_resample(features.numpy(), labels.numpy())
    return torch.from_numpy(x), torch.from_numpy(y)
