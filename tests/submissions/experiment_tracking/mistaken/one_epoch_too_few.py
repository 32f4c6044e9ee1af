# expect: experiment-tracking metrics-not-logged.too-few-points
# about: range(1, epochs): one epoch too few is trained and logged
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(1, epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            scores = evaluate(model, test_loader)
            mlflow.log_metric("train_loss", loss, step=epoch)
            mlflow.log_metric("precision", scores["precision"], step=epoch)
            mlflow.log_metric("recall", scores["recall"], step=epoch)
            mlflow.log_metric("f1", scores["f1"], step=epoch)
    return run.info.run_id
