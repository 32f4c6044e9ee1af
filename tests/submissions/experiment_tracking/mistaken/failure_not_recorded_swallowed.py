# expect: experiment-tracking failure-not-recorded.swallowed
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    run_id = mlflow.start_run().info.run_id
    mlflow.log_param("epochs", epochs)
    try:
        for epoch in range(epochs):
            train_loss = train_epoch(model, train_loader, loss_fn, optimizer)
            m = evaluate(model, test_loader)
            mlflow.log_metric("train_loss", train_loss, step=epoch)
            mlflow.log_metric("precision", m["precision"], step=epoch)
            mlflow.log_metric("recall", m["recall"], step=epoch)
            mlflow.log_metric("f1", m["f1"], step=epoch)
    except Exception as error:
        print(f"Training failed: {error}")
        mlflow.end_run("FAILED")
    else:
        mlflow.end_run()
    return run_id
