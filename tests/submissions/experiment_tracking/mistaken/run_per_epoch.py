# expect: experiment-tracking metrics-not-logged
# expect: experiment-tracking failure-not-recorded
# about: a run of its own for each epoch: the returned run holds only the last epoch
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    run_id = ""
    for epoch in range(epochs):
        with mlflow.start_run() as run:
            run_id = run.info.run_id
            mlflow.log_param("epochs", epochs)
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
    return run_id
