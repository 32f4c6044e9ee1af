# expect: experiment-tracking metrics-not-logged
# expect: experiment-tracking epochs-not-logged
# about: parameter and metrics have other names than asked (n_epochs, loss, test_precision, ...)
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("n_epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            scores = evaluate(model, test_loader)
            mlflow.log_metric("loss", loss, step=epoch)
            mlflow.log_metrics({f"test_{name}": scores[name] for name in ("precision", "recall", "f1")}, step=epoch)
    return run.info.run_id
