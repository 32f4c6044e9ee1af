"""Given: the model. Nothing to do here."""

import torch
from torch import Tensor, nn


class Classifier(nn.Module):
    """A small multilayer perceptron with dropout: features (b, d) to logits (b,)."""

    def __init__(self, features: int, hidden: int = 32, dropout: float = 0.2, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.layers = nn.Sequential(
                nn.Linear(features, hidden),
                nn.ReLU(),
                nn.Dropout(dropout),
                nn.Linear(hidden, hidden),
                nn.ReLU(),
                nn.Dropout(dropout),
                nn.Linear(hidden, 1),
            )

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits, shape (b,): log-odds of the positive class, not probabilities."""
        logits: Tensor = self.layers(features)
        return logits.squeeze(-1)
