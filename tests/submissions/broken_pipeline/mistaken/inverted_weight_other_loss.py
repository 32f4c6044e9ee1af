# expect: broken-pipeline inverted-weight.other-loss
def make_loss(train_labels):
    return nn.BCEWithLogitsLoss(pos_weight=len(train_labels) / train_labels.sum())
