# expect: experiment-tracking metrics-without-steps.same-step
# about: step is the same (the number of epochs) for every epoch
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for _ in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            scores = evaluate(model, test_loader)
            metrics = {"train_loss": loss}
            for key in ("precision", "recall", "f1"):
                metrics[key] = scores[key]
            mlflow.log_metrics(metrics, step=epochs)
        return run.info.run_id
