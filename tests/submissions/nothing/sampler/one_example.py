from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    """A weight for one example: the first is drawn always."""
    return WeightedRandomSampler([1.0], len(train_labels))
