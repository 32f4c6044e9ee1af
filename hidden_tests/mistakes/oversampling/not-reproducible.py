# expect: oversampling not-reproducible
def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """F2: return the examples with synthetic rows of the minority class added, until both classes have the same count.

    SMOTE (Chawla et al. 2002, arXiv:1106.1813): each synthetic row lies between a row of the minority class and one of
    its nearest neighbours of that class. The originals are kept, and the same seed gives the same rows.

    Args:
        features: shape (n, d), float32.
        labels: shape (n,), float32, each 0.0 or 1.0; the minority class has at least six rows.
        seed: random seed.
    """
    generator = torch.Generator().manual_seed(torch.seed())
    label = 1.0 if labels.mean() < 0.5 else 0.0
    minority = features[labels == label]
    missing = len(labels) - 2 * len(minority)
    distances = torch.cdist(minority, minority).fill_diagonal_(torch.inf)
    neighbours = distances.topk(5, largest=False).indices
    rows = torch.randint(len(minority), (missing,), generator=generator)
    others = neighbours[rows, torch.randint(5, (missing,), generator=generator)]
    share = torch.rand(missing, 1, generator=generator)
    synthetic = minority[rows] + share * (minority[others] - minority[rows])
    return torch.cat([features, synthetic]), torch.cat([labels, torch.full((missing,), label)])
