# expect: experiment-tracking run-left-open.other-experiment
# about: logs into an experiment of its own, where the default one is asked for
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    mlflow.set_experiment("imbalanced-classification")
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            scores = evaluate(model, test_loader)
            mlflow.log_metric("train_loss", loss, step=epoch)
            for key in ("precision", "recall", "f1"):
                mlflow.log_metric(key, scores[key], step=epoch)
    return run.info.run_id
