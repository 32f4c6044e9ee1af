from torch.utils.data import SequentialSampler


def make_sampler(train_labels):
    """Every example once, in order."""
    return SequentialSampler(train_labels)
