from collections.abc import Callable

import mlflow
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader


def track_training(
    model: nn.Module,
    train_loader: DataLoader,
    test_loader: DataLoader,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    epochs: int,
) -> str:
    """Train for `epochs` epochs and log them to MLflow; return the id of the run."""
    with mlflow.start_run() as run:
        mlflow.log_params({"epochs": epochs})
        for epoch in range(1, epochs + 1):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            mlflow.log_metrics({"train_loss": loss, **evaluate(model, test_loader)}, step=epoch)
        return run.info.run_id
