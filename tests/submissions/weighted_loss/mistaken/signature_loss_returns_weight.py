# expect: weighted-loss wrong-signature
def make_loss(train_labels):
    n_pos = (train_labels == 1).sum()
    n_neg = (train_labels == 0).sum()
    return n_neg / n_pos
