import numpy as np
import torch
from imblearn.over_sampling import SMOTE


def oversample(features: torch.Tensor, labels: torch.Tensor, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    X_res, y_res = SMOTE(random_state=seed, k_neighbors=3).fit_resample(np.array(features), np.array(labels))
    # SMOTE appends all synthetic rows at the end: mix, so that an unshuffled loader sees both classes
    perm = np.random.RandomState(seed).permutation(len(y_res))
    return torch.tensor(X_res[perm], dtype=torch.float32), torch.tensor(y_res[perm], dtype=torch.float32)
