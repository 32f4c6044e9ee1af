# expect: experiment-tracking epochs-not-logged
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            metrics = evaluate(model, test_loader)
            mlflow.log_metrics({"train_loss": loss, **metrics}, step=epoch)
    return run.info.run_id
