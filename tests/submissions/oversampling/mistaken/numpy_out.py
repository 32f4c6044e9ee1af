# expect: oversampling wrong-signature
# about: Returns numpy arrays, not tensors
from imblearn.over_sampling import SMOTE


def oversample(features, labels, seed):
    return SMOTE(random_state=seed).fit_resample(features, labels)
