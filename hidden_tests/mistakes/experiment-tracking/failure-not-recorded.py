# expect: experiment-tracking failure-not-recorded
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    run = mlflow.start_run()
    mlflow.log_param("epochs", epochs)
    try:
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            metrics = evaluate(model, test_loader)
            mlflow.log_metrics({"train_loss": loss, **metrics}, step=epoch)
    finally:
        mlflow.end_run()
    return run.info.run_id
