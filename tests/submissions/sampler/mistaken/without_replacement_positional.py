# expect: sampler without-replacement
from sklearn.utils.class_weight import compute_sample_weight
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    weights = compute_sample_weight("balanced", train_labels.numpy())
    # no row twice in an epoch
    return WeightedRandomSampler(weights, len(weights), False)
