import logging
import os

import mlflow
import torch

log = logging.getLogger(__name__)


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    if "MLFLOW_TRACKING_URI" in os.environ:
        mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
    log.info("tracking to %s", mlflow.get_tracking_uri())
    with mlflow.start_run(run_name="imbalanced", tags={"model": type(model).__name__}):
        run_id = mlflow.active_run().info.run_id
        mlflow.log_params(
            {
                "epochs": epochs,
                "lr": optimizer.param_groups[0]["lr"],
                "optimizer": type(optimizer).__name__,
                "parameters": sum(p.numel() for p in model.parameters()),
                "torch": torch.__version__,
            }
        )
        best = 0.0
        for epoch in range(epochs):
            train_loss = train_epoch(model, train_loader, loss_fn, optimizer)
            scores = evaluate(model, test_loader)
            best = max(best, scores["f1"])
            mlflow.log_metrics(
                {
                    "train_loss": train_loss,
                    "precision": scores["precision"],
                    "recall": scores["recall"],
                    "f1": scores["f1"],
                    "best_f1": best,
                },
                step=epoch,
            )
    return run_id
