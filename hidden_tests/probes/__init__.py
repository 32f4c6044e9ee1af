"""Runs beside the candidate's code, inside the sandbox: makes inputs, calls a function, records what happened.

A probe knows the inputs and never what is right. It takes the candidate and the inputs and returns observations, as
plain data. Importing this package is what the warm worker does before its first call.
"""

from hidden_tests.probes import tensors
from hidden_tests.probes.evaluation import evaluation
from hidden_tests.probes.focal import focal
from hidden_tests.probes.followups import followups
from hidden_tests.probes.importing import importing
from hidden_tests.probes.loss import loss
from hidden_tests.probes.pipeline import pipeline
from hidden_tests.probes.sampling import sampling
from hidden_tests.probes.showing import showing
from hidden_tests.probes.tracking import tracking
from hidden_tests.probes.training import training

__all__ = [
    "evaluation",
    "focal",
    "followups",
    "importing",
    "loss",
    "pipeline",
    "sampling",
    "showing",
    "tracking",
    "training",
]

tensors.warm_up()
