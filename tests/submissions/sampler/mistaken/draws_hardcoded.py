# expect: sampler wrong-draws
from sklearn.utils.class_weight import compute_sample_weight
from torch.utils.data import WeightedRandomSampler

SAMPLES_PER_EPOCH = 64


def make_sampler(train_labels):
    weights = compute_sample_weight("balanced", train_labels.long().numpy())
    return WeightedRandomSampler(weights.tolist(), SAMPLES_PER_EPOCH, replacement=True)
