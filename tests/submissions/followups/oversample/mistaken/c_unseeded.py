import torch
from imblearn.over_sampling import SMOTE
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    torch.manual_seed(seed)
    smote = SMOTE()
    x, y = smote.fit_resample(features.numpy(), labels.numpy())
    return torch.tensor(x), torch.tensor(y)
