# expect: experiment-tracking metrics-not-logged
# about: precision, recall and f1 are logged once, after the last epoch, and not per epoch
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            train_loss = train_epoch(model, train_loader, loss_fn, optimizer)
            mlflow.log_metric("train_loss", train_loss, step=epoch)
        final = evaluate(model, test_loader)
        mlflow.log_metrics({k: final[k] for k in ("precision", "recall", "f1")}, step=epochs - 1)
    return run.info.run_id
