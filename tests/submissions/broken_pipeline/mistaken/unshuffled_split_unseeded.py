# expect: broken-pipeline unshuffled-split.unseeded
from sklearn.model_selection import train_test_split


def split(features, labels, seed):
    train_x, test_x, train_y, test_y = train_test_split(features, labels, test_size=TEST_SHARE, stratify=labels)
    return train_x, train_y, test_x, test_y
