# {% if level == "researcher" %}
"""Examples of TODO 6, with a store of its own."""

import mlflow
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from assignment.exercise import track_training


def tracked(tmp_path, monkeypatch):
    """Return the run after two epochs of training."""
    # A folder is enough as a store here, but MLflow requires a setting to allow it.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", (tmp_path / "store").as_uri())
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    labels = torch.tensor([1.0, 0.0, 0.0, 0.0])
    loader = DataLoader(TensorDataset(torch.eye(4), labels), batch_size=2)
    model = nn.Sequential(nn.Linear(4, 1), nn.Flatten(0))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run_id = track_training(model, loader, loader, nn.BCEWithLogitsLoss(), optimizer, 2)
    return mlflow.MlflowClient().get_run(run_id)


def test_track_training_logs_the_number_of_epochs(tmp_path, monkeypatch):
    """The run has the number of epochs as a parameter."""
    run = tracked(tmp_path, monkeypatch)

    assert run.data.params.get("epochs") == "2", f"the run's parameters are {run.data.params}"


def test_track_training_finishes_its_run(tmp_path, monkeypatch):
    """The run has the logged metrics, and it is finished."""
    run = tracked(tmp_path, monkeypatch)

    assert run.info.status == "FINISHED", f"the run is {run.info.status}"
    assert "train_loss" in run.data.metrics, f"the run's metrics are {sorted(run.data.metrics)}"


# {% endif %}
