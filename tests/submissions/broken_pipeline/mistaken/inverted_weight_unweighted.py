# expect: broken-pipeline inverted-weight.unweighted
def make_loss(train_labels):
    return nn.BCEWithLogitsLoss()
