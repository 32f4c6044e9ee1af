# expect: oversampling not-reproducible.fixed-seed
import torch
from imblearn.over_sampling import SMOTE
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int = 42) -> tuple[Tensor, Tensor]:
    smote = SMOTE(sampling_strategy=1.0, random_state=42)
    x, y = smote.fit_resample(features.numpy(), labels.numpy())
    return torch.tensor(x), torch.tensor(y)
