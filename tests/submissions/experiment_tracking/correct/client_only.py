from mlflow import MlflowClient


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs: int) -> str:
    client = MlflowClient()
    run_id = client.create_run(experiment_id="0").info.run_id
    status = "FAILED"
    try:
        client.log_param(run_id, "epochs", epochs)
        for epoch in range(epochs):
            train_loss = train_epoch(model, train_loader, loss_fn, optimizer)
            results = evaluate(model, test_loader)
            client.log_metric(run_id, "train_loss", train_loss, step=epoch)
            client.log_metric(run_id, "precision", results["precision"], step=epoch)
            client.log_metric(run_id, "recall", results["recall"], step=epoch)
            client.log_metric(run_id, "f1", results["f1"], step=epoch)
        status = "FINISHED"
    finally:
        client.set_terminated(run_id, status)
    return run_id
