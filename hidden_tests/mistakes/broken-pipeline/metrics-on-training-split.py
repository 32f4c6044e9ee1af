# expect: broken-pipeline metrics-on-training-split
def run(features: Tensor, labels: Tensor, seed: int = 0) -> tuple[Callable[[Tensor], Tensor], dict[str, float]]:
    """Train on one split and measure on the other.

    Returns:
        A function from raw features (n, d) to decisions (n,), and the metrics on the test split.
    """
    train_x, train_y, test_x, test_y = split(features, labels, seed)
    train_x, test_x, transform = standardize(train_x, test_x)
    model = build_model(train_x.shape[1], seed)
    fit(model, train_x, train_y, make_loss(train_y), seed)
    metrics = measure(train_y, decide(model, train_x))
    return lambda raw: decide(model, transform(raw)), metrics
