# expect: experiment-tracking wrong-signature
# about: returns the run object, not its id
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            scores = evaluate(model, test_loader)
            mlflow.log_metrics({"train_loss": loss} | {k: scores[k] for k in ("precision", "recall", "f1")}, step=epoch)
    return run
