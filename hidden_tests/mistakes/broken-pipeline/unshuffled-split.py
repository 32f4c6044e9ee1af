# expect: broken-pipeline unshuffled-split
def split(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return features and labels to train on, then those to test on.

    A quarter of the examples is for testing. The seed decides which ones, at random, so that both parts have the same share of
    positives.
    """
    train, test = [], []
    for label in (0.0, 1.0):
        rows = torch.nonzero(labels == label).flatten()
        cut = round(len(rows) * TEST_SHARE)
        test.append(rows[:cut])
        train.append(rows[cut:])
    kept, held_out = torch.cat(train), torch.cat(test)
    return features[kept], labels[kept], features[held_out], labels[held_out]
