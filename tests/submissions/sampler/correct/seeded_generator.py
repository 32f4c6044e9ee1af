import torch
from torch.utils.data import WeightedRandomSampler

SEED = 42


def make_sampler(train_labels):
    generator = torch.Generator()
    generator.manual_seed(SEED)
    pos_fraction = float(train_labels.mean())
    weight_of = {0.0: 1.0 / (1.0 - pos_fraction), 1.0: 1.0 / pos_fraction}
    weights = torch.tensor([weight_of[v] for v in train_labels.tolist()])
    return WeightedRandomSampler(weights, len(weights), replacement=True, generator=generator)
