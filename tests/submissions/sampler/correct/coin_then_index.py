import torch
from torch.utils.data import WeightedRandomSampler


class CoinFlipSampler(WeightedRandomSampler):
    """First a coin for the class, then a uniform draw among the members of that class."""

    def __init__(self, labels):
        self.pools = [pool for pool in ((labels == c).nonzero().flatten() for c in (0, 1)) if len(pool)]
        weights = torch.empty(len(labels), dtype=torch.double)
        for pool in self.pools:
            weights[pool] = 1.0 / len(pool)
        super().__init__(weights, len(labels), replacement=True)

    def __iter__(self):
        for _ in range(self.num_samples):
            pool = self.pools[torch.randint(len(self.pools), (1,)).item()]
            yield pool[torch.randint(len(pool), (1,))].item()


def make_sampler(train_labels):
    return CoinFlipSampler(train_labels)
