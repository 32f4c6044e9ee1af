# expect: oversampling classes-not-balanced
# about: Stops at half as many minority rows as majority rows
import torch
from imblearn.over_sampling import SMOTE
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    x, y = SMOTE(sampling_strategy=0.5, random_state=seed).fit_resample(features.numpy(), labels.numpy())
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
