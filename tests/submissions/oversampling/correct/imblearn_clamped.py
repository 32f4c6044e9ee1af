import numpy as np
import torch
from imblearn.over_sampling import SMOTE
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """Balance the classes with SMOTE; fewer neighbours when the minority is tiny."""
    x = features.detach().cpu().numpy().astype(np.float64)
    y = labels.detach().cpu().numpy().astype(np.int64)
    n_min = np.bincount(y, minlength=2).min()
    k = max(1, min(5, int(n_min) - 1))
    sampler = SMOTE(sampling_strategy="minority", k_neighbors=k, random_state=seed)
    x_new, y_new = sampler.fit_resample(x, y)
    return (
        torch.as_tensor(x_new, dtype=features.dtype, device=features.device),
        torch.as_tensor(y_new, dtype=labels.dtype, device=labels.device),
    )
