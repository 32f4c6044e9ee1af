# expect: experiment-tracking crash
# about: the client has a tracking uri of its own: the environment's is ignored
from mlflow.tracking import MlflowClient


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    client = MlflowClient(tracking_uri="sqlite:///mlruns.db")
    run_id = client.create_run("0").info.run_id
    try:
        client.log_param(run_id, "epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            client.log_metric(run_id, "train_loss", loss, step=epoch)
            scores = evaluate(model, test_loader)
            for key in ("precision", "recall", "f1"):
                client.log_metric(run_id, key, scores[key], step=epoch)
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id)
    return run_id
