def build_improved(train_features, train_labels, seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(train_features.shape[1], 1), nn.Flatten(0))
