# expect: broken-pipeline unshuffled-split.labels-apart
def split(features, labels, seed):
    generator = torch.Generator().manual_seed(seed)
    train, test = [], []
    for label in (0.0, 1.0):
        rows = torch.nonzero(labels == label).flatten()
        rows = rows[torch.randperm(len(rows), generator=generator)]
        cut = round(len(rows) * TEST_SHARE)
        test.append(rows[:cut])
        train.append(rows[cut:])
    train, test = torch.cat(train), torch.cat(test)
    return features[train], labels[train.flip(0)], features[test], labels[test.flip(0)]
