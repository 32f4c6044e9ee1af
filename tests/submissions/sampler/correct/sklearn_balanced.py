from sklearn.utils.class_weight import compute_sample_weight
from torch.utils.data import WeightedRandomSampler


def make_sampler(train_labels):
    y = train_labels.cpu().numpy().astype(int)
    weights = compute_sample_weight(class_weight="balanced", y=y)
    return WeightedRandomSampler(weights=weights, num_samples=len(y), replacement=True)
