# expect: model-improvement not-twice-as-good
def build_improved(train_features: Tensor, train_labels: Tensor, seed: int) -> nn.Module:
    """F3: train and return a model, raw features (b, d) to logits (b,), whose F1 at logits of at least 0 is high.

    On an unseen split, it must be at least twice that of a baseline: a linear model, trained to convergence
    on standardized features without weights. It may take at most one minute.

    Args:
        train_features: shape (n, d), float32; the features have scales of their own.
        train_labels: shape (n,), float32, each 0.0 or 1.0, one in five positive.
        seed: random seed.
    """
    torch.manual_seed(seed)
    model = _Standardized(train_features)
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=(train_labels == 0).sum() / (train_labels == 1).sum())
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-5)
    for _ in range(1):
        for rows in torch.randperm(len(train_labels)).split(64):
            optimizer.zero_grad()
            loss_fn(model(train_features[rows]), train_labels[rows]).backward()
            optimizer.step()
    return model.eval()
