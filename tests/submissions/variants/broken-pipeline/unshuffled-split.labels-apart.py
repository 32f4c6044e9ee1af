def split(features, labels, seed):
    generator = torch.Generator().manual_seed(seed)
    features = features[torch.randperm(len(features), generator=generator)]
    cut = round(len(labels) * TEST_SHARE)
    labels = labels[torch.randperm(len(labels), generator=generator)]
    return features[cut:], labels[cut:], features[:cut], labels[:cut]
