# expect: oversampling originals-lost
# expect: oversampling classes-not-balanced
# about: SMOTEENN removes original rows and does not balance
import torch
from imblearn.combine import SMOTEENN
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    # SMOTE and then cleaning of the noisy rows
    x, y = SMOTEENN(random_state=seed).fit_resample(features.numpy(), labels.numpy())
    return torch.from_numpy(x), torch.from_numpy(y)
