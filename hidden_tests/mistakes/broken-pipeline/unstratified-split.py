# expect: broken-pipeline unstratified-split
def split(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    cut = round(len(labels) * TEST_SHARE)
    test, train = order[:cut], order[cut:]
    return features[train], labels[train], features[test], labels[test]
