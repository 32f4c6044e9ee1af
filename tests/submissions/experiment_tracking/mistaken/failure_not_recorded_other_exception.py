# expect: experiment-tracking failure-not-recorded.other-exception
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            try:
                loss = train_epoch(model, train_loader, loss_fn, optimizer)
            except Exception as error:
                raise RuntimeError(f"epoch {epoch} could not be trained") from error
            mlflow.log_metrics({"train_loss": loss, **evaluate(model, test_loader)}, step=epoch)
    return run.info.run_id
