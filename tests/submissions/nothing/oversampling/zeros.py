def oversample(features, labels, seed):
    return torch.zeros_like(features), torch.zeros_like(labels)
