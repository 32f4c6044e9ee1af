"""MLflow with a store of files, beyond what the exercise asks for."""

import os

os.environ.update(MLFLOW_TRACKING_URI="file:///tmp/runs", MLFLOW_ALLOW_FILE_STORE="true", GIT_PYTHON_REFRESH="quiet")
os.chdir("/tmp")

import mlflow

mlflow.set_experiment("mine")
with mlflow.start_run(run_name="one") as run:
    mlflow.log_params({"lr": 0.1, "epochs": 3})
    mlflow.set_tag("kind", "test")
    for step in range(3):
        mlflow.log_metrics({"loss": 1.0 / (step + 1), "f1": 0.5}, step=step)
    mlflow.log_text("words", "notes.txt")
    mlflow.log_dict({"a": 1}, "a.json")
    with open("/tmp/artifact.txt", "w") as file:
        file.write("x")
    mlflow.log_artifact("/tmp/artifact.txt")
    with mlflow.start_run(nested=True):
        mlflow.log_metric("m", 1.0, synchronous=False).wait()
client = mlflow.MlflowClient()
assert client.get_run(run.info.run_id).data.metrics["f1"] == 0.5
assert len(client.get_metric_history(run.info.run_id, "loss")) == 3
assert client.list_artifacts(run.info.run_id)
client.search_runs([run.info.experiment_id], order_by=["metrics.loss"])
mlflow.autolog(disable=True)
try:
    with mlflow.start_run():
        raise KeyError
except KeyError:
    pass
