from __future__ import annotations

import mlflow
from torch.utils.data import DataLoader


class _Tracker:
    """Keeps the run open inside a `with` block and counts the epochs."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.step = 0

    def __enter__(self) -> _Tracker:
        self.run_id = mlflow.start_run().info.run_id
        mlflow.log_param("epochs", self.epochs)
        return self

    def __exit__(self, exc_type, exc, tb) -> None:
        mlflow.end_run("FINISHED" if exc_type is None else "FAILED")

    def log(self, **metrics: float) -> None:
        for name, value in metrics.items():
            mlflow.log_metric(name, value, step=self.step)
        self.step += 1


def track_training(
    model, train_loader: DataLoader, test_loader: DataLoader, loss_fn, optimizer, epochs: int
) -> str:
    with _Tracker(epochs) as tracker:
        for _ in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            m = evaluate(model, test_loader)
            tracker.log(train_loss=loss, precision=m["precision"], recall=m["recall"], f1=m["f1"])
    return tracker.run_id
