import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            train_loss = train_epoch(model, train_loader, loss_fn, optimizer)
            metrics = evaluate(model, test_loader)
            mlflow.log_metric("train_loss", train_loss, step=epoch)
            mlflow.log_metric("precision", metrics["precision"], step=epoch)
            mlflow.log_metric("recall", metrics["recall"], step=epoch)
            mlflow.log_metric("f1", metrics["f1"], step=epoch)
    return run.info.run_id
