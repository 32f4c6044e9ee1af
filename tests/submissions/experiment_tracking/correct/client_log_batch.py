import time

from mlflow.entities import Metric, Param, RunStatus
from mlflow.tracking import MlflowClient

NAMES = ("precision", "recall", "f1")


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    client = MlflowClient()
    experiment = client.get_experiment_by_name("Default")
    run = client.create_run(experiment.experiment_id, run_name="training")
    run_id = run.info.run_id
    try:
        client.log_batch(run_id, params=[Param("epochs", str(epochs))])
        for step in range(1, epochs + 1):
            values = {"train_loss": train_epoch(model, train_loader, loss_fn, optimizer)}
            scores = evaluate(model, test_loader)
            values.update((name, scores[name]) for name in NAMES)
            now = int(time.time() * 1000)
            client.log_batch(run_id, metrics=[Metric(k, float(v), now, step) for k, v in values.items()])
    except BaseException:
        client.set_terminated(run_id, RunStatus.to_string(RunStatus.FAILED))
        raise
    else:
        client.set_terminated(run_id)
    return run_id
