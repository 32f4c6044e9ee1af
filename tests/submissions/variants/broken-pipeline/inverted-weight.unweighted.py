def make_loss(train_labels):
    return nn.BCEWithLogitsLoss()
