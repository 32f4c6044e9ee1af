# expect: experiment-tracking metrics-not-logged
# about: the metric f1 is not logged
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            train_loss = train_epoch(model, train_loader, loss_fn, optimizer)
            result = evaluate(model, test_loader)
            mlflow.log_metrics(
                {"train_loss": train_loss, "precision": result["precision"], "recall": result["recall"]},
                step=epoch,
            )
    return run.info.run_id
