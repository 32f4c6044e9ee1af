"""Given: the shipments, as features and labels. Nothing to do here."""

import numpy as np
import torch
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

SAMPLES = 4000
FEATURES = 20
POSITIVE_SHARE = 0.2
TEST_SHARE = 0.25
BATCH_SIZE = 64
# Another draw is another problem, easier or harder: the seed of a run decides the split and the order, never the data.
DATA_SEED = 0

Loader = DataLoader[tuple[Tensor, ...]]


def make_loaders(seed: int = 0) -> tuple[Loader, Loader, Tensor]:
    """Return a shuffled training loader, a test loader, and the training labels.

    Both loaders yield features of shape (b, 20) and targets of shape (b,), float32; a target is 1.0 for a shipment that
    arrived spoiled and 0.0 for any other. One in five is positive in either split. The labels have shape (n,).
    The shipments are the same for every seed; which of them are in which split, and their order, are not.
    """
    features, labels = make_classification(
        n_samples=SAMPLES,
        n_features=FEATURES,
        n_informative=8,
        n_redundant=4,
        n_clusters_per_class=2,
        weights=[1 - POSITIVE_SHARE, POSITIVE_SHARE],
        flip_y=0.0,
        class_sep=0.8,
        random_state=DATA_SEED,
    )
    train_x, test_x, train_y, test_y = train_test_split(
        features, labels, test_size=TEST_SHARE, stratify=labels, random_state=seed
    )
    # Fitted on the training split alone: the test split must not leak into what the model sees.
    scaler = StandardScaler().fit(train_x)
    train, test = _dataset(scaler.transform(train_x), train_y), _dataset(scaler.transform(test_x), test_y)
    shuffling = torch.Generator().manual_seed(seed)
    return (
        DataLoader(train, batch_size=BATCH_SIZE, shuffle=True, generator=shuffling),
        DataLoader(test, batch_size=BATCH_SIZE),
        train.tensors[1],
    )


def _dataset(features: np.ndarray, labels: np.ndarray) -> TensorDataset:
    return TensorDataset(torch.tensor(features, dtype=torch.float32), torch.tensor(labels, dtype=torch.float32))
