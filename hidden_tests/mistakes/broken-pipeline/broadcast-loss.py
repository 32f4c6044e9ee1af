# expect: broken-pipeline broadcast-loss
class Net(nn.Module):
    """A small network with dropout: features (b, d) to logits (b,)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, HIDDEN),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Linear(HIDDEN, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits, shape (b,): log-odds, of any size."""
        logits: Tensor = self.layers(features)
        return logits
