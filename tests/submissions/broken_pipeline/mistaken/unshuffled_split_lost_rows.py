# expect: broken-pipeline unshuffled-split.lost-rows
def split(features, labels, seed):
    generator = torch.Generator().manual_seed(seed)
    test, train = [], []
    for label in (0.0, 1.0):
        rows = torch.nonzero(labels == label).flatten()
        cut = round(len(rows) * TEST_SHARE)
        test.append(rows[torch.randperm(len(rows), generator=generator)][:cut])
        train.append(rows[torch.randperm(len(rows), generator=generator)][cut:])
    test, train = torch.cat(test), torch.cat(train)
    return features[train], labels[train], features[test], labels[test]
