# expect: broken-pipeline metrics-on-training-split.all-rows
def run(features, labels, seed=0):
    train_x, train_y, test_x, test_y = split(features, labels, seed)
    train_x, test_x, transform = standardize(train_x, test_x)
    model = build_model(train_x.shape[1], seed)
    fit(model, train_x, train_y, make_loss(train_y), seed)
    metrics = measure(labels, decide(model, transform(features)))
    return lambda raw: decide(model, transform(raw)), metrics
