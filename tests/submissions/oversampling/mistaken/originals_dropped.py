# expect: oversampling originals-lost
# about: Drops the original minority rows: only majority and synthetic rows come back
import torch
from torch import Tensor


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    torch.manual_seed(seed)
    minority = features[labels == 1]
    majority = features[labels == 0]
    n = len(majority)
    dist = torch.cdist(minority, minority)
    dist.fill_diagonal_(float("inf"))
    knn = dist.topk(5, largest=False).indices
    base = torch.randint(len(minority), (n,))
    neighbour = knn[base, torch.randint(5, (n,))]
    synthetic = minority[base] + torch.rand(n, 1) * (minority[neighbour] - minority[base])
    return torch.cat([majority, synthetic]), torch.cat([torch.zeros(n), torch.ones(n)])
