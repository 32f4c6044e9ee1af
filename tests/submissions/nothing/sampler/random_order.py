from torch.utils.data import RandomSampler


def make_sampler(train_labels):
    """Every example once, as a loader shuffles."""
    return RandomSampler(train_labels)
