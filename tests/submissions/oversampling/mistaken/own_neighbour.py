# expect: oversampling not-between-neighbours.copies
# about: Each row's nearest neighbour is itself, so every 'synthetic' row is a duplicate
import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors


def oversample(features, labels, seed):
    rng = np.random.default_rng(seed)
    X, y = features.numpy(), labels.numpy()
    X_min = X[y == 1]
    n_new = int((y == 0).sum() - (y == 1).sum())
    knn = NearestNeighbors(n_neighbors=1).fit(X_min)
    nearest = knn.kneighbors(X_min, return_distance=False)[:, 0]
    base = rng.integers(0, len(X_min), n_new)
    gap = rng.random((n_new, 1)).astype(np.float32)
    new = X_min[base] + gap * (X_min[nearest[base]] - X_min[base])
    return (
        torch.from_numpy(np.concatenate([X, new])),
        torch.from_numpy(np.concatenate([y, np.ones(n_new, dtype=np.float32)])),
    )
