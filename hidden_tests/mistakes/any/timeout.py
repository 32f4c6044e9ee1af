# expect: weighted-loss timeout
def make_loss(train_labels):
    """Runs an endless loop."""
    while True:
        pass
