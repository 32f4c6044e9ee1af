# expect: experiment-tracking wrong-logged-values.other-loss
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            mlflow.log_metrics({"train_loss": loss * len(train_loader), **evaluate(model, test_loader)}, step=epoch)
    return run.info.run_id
