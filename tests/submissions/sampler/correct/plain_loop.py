from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    pos = 0
    neg = 0
    for label in train_labels:
        if label == 1:
            pos += 1
        else:
            neg += 1

    weights = []
    for label in train_labels:
        if label == 1:
            weights.append(1.0 / pos)
        else:
            weights.append(1.0 / neg)

    sampler = WeightedRandomSampler(weights, len(weights), replacement=True)
    return sampler
