# expect: experiment-tracking failure-not-recorded.finished
# about: when training raises the run is ended as FINISHED, not FAILED
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    run = mlflow.start_run()
    try:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            scores = evaluate(model, test_loader)
            mlflow.log_metrics(
                {
                    "train_loss": loss,
                    "precision": scores["precision"],
                    "recall": scores["recall"],
                    "f1": scores["f1"],
                },
                step=epoch,
            )
        return run.info.run_id
    finally:
        mlflow.end_run()
