# expect: experiment-tracking wrong-logged-values.before-training
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            scores = evaluate(model, test_loader)
            train_loss = train_epoch(model, train_loader, loss_fn, optimizer)
            mlflow.log_metrics(
                {
                    "train_loss": train_loss,
                    "precision": scores["precision"],
                    "recall": scores["recall"],
                    "f1": scores["f1"],
                },
                step=epoch,
            )
    return run.info.run_id
