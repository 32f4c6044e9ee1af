# expect: broken-pipeline unstratified-split.wrong-share
from sklearn.model_selection import train_test_split


def split(features, labels, seed):
    train_x, test_x, train_y, test_y = train_test_split(
        features, labels, train_size=TEST_SHARE, stratify=labels, random_state=seed
    )
    return train_x, train_y, test_x, test_y
