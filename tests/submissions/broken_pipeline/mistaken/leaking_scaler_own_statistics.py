# expect: broken-pipeline leaking-scaler.own-statistics
def standardize(train, test):
    def transform(features):
        return (features - features.mean(0)) / features.std(0)

    return transform(train), transform(test), transform
