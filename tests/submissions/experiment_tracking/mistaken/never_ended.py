# expect: experiment-tracking failure-not-recorded
# expect: experiment-tracking run-left-open
# about: the run is never ended, not even on success: it stays RUNNING and active
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    mlflow.start_run()
    mlflow.log_param("epochs", epochs)
    for epoch in range(epochs):
        train_loss = train_epoch(model, train_loader, loss_fn, optimizer)
        metrics = evaluate(model, test_loader)
        mlflow.log_metrics(
            {
                "train_loss": train_loss,
                "precision": metrics["precision"],
                "recall": metrics["recall"],
                "f1": metrics["f1"],
            },
            step=epoch,
        )
    return mlflow.active_run().info.run_id
