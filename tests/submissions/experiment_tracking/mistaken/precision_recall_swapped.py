# expect: experiment-tracking wrong-logged-values.swapped-metrics
# about: precision is logged as recall and recall as precision
import mlflow


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with mlflow.start_run() as run:
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            s = evaluate(model, test_loader)
            recall, precision, f1 = s["precision"], s["recall"], s["f1"]
            mlflow.log_metrics(
                dict(train_loss=loss, precision=precision, recall=recall, f1=f1), step=epoch
            )
    return run.info.run_id
