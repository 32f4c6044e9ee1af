# expect: broken-pipeline leaking-scaler.other-scaling
def standardize(train, test):
    least, greatest = train.min(0).values, train.max(0).values

    def transform(features):
        return (features - least) / (greatest - least)

    return transform(train), transform(test), transform
