"""Probes run next to the candidate's code, inside the sandbox: they make inputs, call a function and record the result.

A probe knows the inputs but not the correct results. It takes the candidate's module and the inputs, and returns
observations as plain data. The warm worker imports this package before its first call.
"""

from hidden_tests.probes import tensors
from hidden_tests.probes.broken_pipeline import broken_pipeline
from hidden_tests.probes.evaluation import evaluation
from hidden_tests.probes.experiment_tracking import experiment_tracking
from hidden_tests.probes.figures import figures
from hidden_tests.probes.focal_loss import focal_loss
from hidden_tests.probes.importing import importing
from hidden_tests.probes.model_improvement import model_improvement
from hidden_tests.probes.oversampling import oversampling
from hidden_tests.probes.production import production
from hidden_tests.probes.sampler import sampler
from hidden_tests.probes.threshold_tuning import threshold_tuning
from hidden_tests.probes.training_loop import training_loop
from hidden_tests.probes.weighted_loss import weighted_loss

__all__ = [
    "broken_pipeline",
    "evaluation",
    "experiment_tracking",
    "figures",
    "focal_loss",
    "importing",
    "model_improvement",
    "oversampling",
    "production",
    "sampler",
    "threshold_tuning",
    "training_loop",
    "weighted_loss",
]

tensors.warm_up()
