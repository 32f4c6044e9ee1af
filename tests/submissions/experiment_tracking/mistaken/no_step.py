# expect: experiment-tracking metrics-without-steps
# about: metrics are logged without step: all land on step 0
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs: int) -> str:
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for _ in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            mlflow.log_metric("train_loss", loss)
            scores = evaluate(model, test_loader)
            for key in ("precision", "recall", "f1"):
                mlflow.log_metric(key, scores[key])
        return run.info.run_id
