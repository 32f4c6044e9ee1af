# expect: experiment-tracking epochs-not-logged
# about: epochs is logged as a metric, not as a parameter
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_metric("epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            metrics = evaluate(model, test_loader)
            mlflow.log_metric("train_loss", loss, step=epoch)
            mlflow.log_metrics({k: metrics[k] for k in ["precision", "recall", "f1"]}, step=epoch)
    return run.info.run_id
