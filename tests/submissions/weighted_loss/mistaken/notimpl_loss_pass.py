# expect: weighted-loss not-implemented
def make_loss(train_labels):
    # TODO 1
    pass
