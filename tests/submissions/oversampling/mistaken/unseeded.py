# expect: oversampling not-reproducible
# about: SMOTE without random_state (torch's seed does not reach it): two calls with the same seed differ
import torch
from imblearn.over_sampling import SMOTE
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    torch.manual_seed(seed)
    smote = SMOTE()
    x, y = smote.fit_resample(features.numpy(), labels.numpy())
    return torch.tensor(x), torch.tensor(y)
