def oversample(features, labels, seed):
    return features, labels
