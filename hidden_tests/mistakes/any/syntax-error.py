# expect: any syntax-error
# whole: the module cannot be imported
def make_loss(train_labels:
    return None
