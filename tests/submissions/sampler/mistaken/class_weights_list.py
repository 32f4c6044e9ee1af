# expect: sampler class-weights-not-per-sample
from torch import Tensor
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels: Tensor) -> WeightedRandomSampler:
    n_samples = len(train_labels)
    positive_share = train_labels.mean().item()
    negative_share = 1 - positive_share
    return WeightedRandomSampler([positive_share, negative_share], n_samples, replacement=True)
