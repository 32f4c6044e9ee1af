from contextlib import contextmanager

import mlflow
import mlflow.entities


@contextmanager
def tracked_run(**params):
    run = mlflow.start_run()
    try:
        mlflow.log_params(params)
        yield run.info.run_id
    except BaseException:
        mlflow.end_run(mlflow.entities.RunStatus.to_string(mlflow.entities.RunStatus.FAILED))
        raise
    else:
        mlflow.end_run()


def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    with tracked_run(epochs=epochs) as run_id:
        for epoch in range(epochs):
            train_loss = train_epoch(model, train_loader, loss_fn, optimizer)
            report = evaluate(model, test_loader)
            wanted = {key: report[key] for key in ("precision", "recall", "f1")}
            mlflow.log_metrics(wanted | {"train_loss": train_loss}, step=epoch)
    return run_id
