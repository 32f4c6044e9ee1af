import torch
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """SMOTE as in the pseudo-code of Chawla et al. (2002): the gap is drawn anew for every attribute."""
    torch.manual_seed(seed)
    positive = labels == 1
    sample = features[positive]
    amount = int((~positive).sum() - positive.sum())
    if amount <= 0:
        return features, labels
    nnarray = torch.cdist(sample, sample, compute_mode="donot_use_mm_for_euclid_dist")
    nnarray = nnarray.argsort(dim=1, stable=True)
    synthetic = []
    for n in range(amount):
        i = n % len(sample)
        candidates = nnarray[i][nnarray[i] != i][:5]
        nn = candidates[torch.randint(len(candidates), ())]
        gap = torch.rand(features.shape[1])
        synthetic.append(sample[i] + gap * (sample[nn] - sample[i]))
    return (
        torch.vstack([features, *synthetic]),
        torch.hstack([labels, torch.ones(amount)]),
    )
