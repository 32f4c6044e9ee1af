# expect: broken-pipeline metrics-on-training-split.nothing-trained
def run(features, labels, seed=0):
    train_x, train_y, test_x, test_y = split(features, labels, seed)
    train_x, test_x, transform = standardize(train_x, test_x)
    model = build_model(train_x.shape[1], seed)
    return lambda raw: decide(model, transform(raw)), measure(test_y, decide(model, test_x))
