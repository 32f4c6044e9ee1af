# expect: broken-pipeline metrics-on-training-split.trained-on-test-split
def run(features, labels, seed=0):
    train_x, train_y, test_x, test_y = split(features, labels, seed)
    train_x, test_x, transform = standardize(train_x, test_x)
    model = build_model(train_x.shape[1], seed)
    fit(model, transform(features), labels, make_loss(labels), seed)
    metrics = measure(test_y, decide(model, test_x))
    return lambda raw: decide(model, transform(raw)), metrics
