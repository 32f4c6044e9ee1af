def oversample(features, labels, seed):
    return torch.empty(0, features.shape[1]), torch.empty(0)
