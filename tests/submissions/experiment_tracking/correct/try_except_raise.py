import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    run = mlflow.start_run()
    try:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            scores = evaluate(model, test_loader, 0.5)
            mlflow.log_metric("train_loss", float(loss), step=epoch)
            for name in ("precision", "recall", "f1"):
                mlflow.log_metric(name, float(scores[name]), step=epoch)
    except BaseException:
        mlflow.end_run(status="FAILED")
        raise
    mlflow.end_run()
    return run.info.run_id
