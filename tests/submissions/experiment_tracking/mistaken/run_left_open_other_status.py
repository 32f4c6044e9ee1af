# expect: experiment-tracking run-left-open.other-status
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    run = mlflow.start_run()
    try:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            mlflow.log_metrics({"train_loss": loss, **evaluate(model, test_loader)}, step=epoch)
    finally:
        mlflow.end_run("FAILED")
    return run.info.run_id
