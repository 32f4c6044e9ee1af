# expect: experiment-tracking crash
# about: sets a tracking uri of its own at import: the environment's is ignored
import mlflow

mlflow.set_tracking_uri("sqlite:///my_mlflow.db")


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            train_loss = train_epoch(model, train_loader, loss_fn, optimizer)
            metrics = evaluate(model, test_loader)
            mlflow.log_metric("train_loss", train_loss, step=epoch)
            for key in ("precision", "recall", "f1"):
                mlflow.log_metric(key, metrics[key], step=epoch)
    return run.info.run_id
