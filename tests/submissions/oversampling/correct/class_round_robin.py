from __future__ import annotations

import numpy as np
import torch


class _Smote:
    def __init__(self, k: int = 5, seed: int = 0) -> None:
        self.k = k
        self.rng = np.random.RandomState(seed)

    def _neighbours(self, rows: np.ndarray) -> np.ndarray:
        squared = (rows**2).sum(1)
        distances = squared[:, None] + squared[None, :] - 2 * rows @ rows.T
        np.fill_diagonal(distances, np.inf)
        return np.argsort(distances, axis=1)[:, : min(self.k, len(rows) - 1)]

    def synthesise(self, rows: np.ndarray, amount: int) -> np.ndarray:
        neighbours = self._neighbours(rows)
        # every minority row takes its turn, so the synthetic rows are spread evenly
        base = np.resize(self.rng.permutation(len(rows)), amount)
        chosen = np.array([self.rng.choice(neighbours[b]) for b in base], dtype=int)
        t = self.rng.uniform(0.0, 1.0, size=(amount, 1))
        return (1 - t) * rows[base] + t * rows[chosen]


def oversample(features, labels, seed):
    values, counts = torch.unique(labels, return_counts=True)
    minority = values[counts.argmin()]
    amount = int(counts.max() - counts.min())
    if amount == 0:
        return features, labels
    rows = features[labels == minority].double().numpy()
    new = torch.as_tensor(_Smote(seed=seed).synthesise(rows, amount)).to(features.dtype)
    return torch.cat((features, new)), torch.cat((labels, minority.repeat(amount)))
