# expect: weighted-loss timeout
def make_loss(train_labels):
    """Never comes back."""
    while True:
        pass
