# expect: experiment-tracking failure-not-recorded.left-running
# about: when training raises, end_run is never reached: the run stays RUNNING and active
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    run = mlflow.start_run()
    mlflow.log_param("epochs", epochs)
    for epoch in range(epochs):
        loss = train_epoch(model, train_loader, loss_fn, optimizer)
        scores = evaluate(model, test_loader)
        mlflow.log_metric("train_loss", loss, step=epoch)
        mlflow.log_metric("precision", scores["precision"], step=epoch)
        mlflow.log_metric("recall", scores["recall"], step=epoch)
        mlflow.log_metric("f1", scores["f1"], step=epoch)
    mlflow.end_run()
    return run.info.run_id
