"""Probes run next to the candidate's code, inside the sandbox: they make inputs, call a function and record the result.

A probe knows the inputs and never what is right. It takes the candidate's module and the inputs, and returns
observations as plain data. The warm worker imports this package before its first call.
"""

from hidden_tests.probes import tensors
from hidden_tests.probes.evaluation import evaluation
from hidden_tests.probes.figures import figures
from hidden_tests.probes.focal import focal
from hidden_tests.probes.followups import followups
from hidden_tests.probes.importing import importing
from hidden_tests.probes.pipeline import pipeline
from hidden_tests.probes.sampler import sampler
from hidden_tests.probes.tracking import tracking
from hidden_tests.probes.training_loop import training_loop
from hidden_tests.probes.weighted_loss import weighted_loss

__all__ = [
    "evaluation",
    "figures",
    "focal",
    "followups",
    "importing",
    "pipeline",
    "sampler",
    "tracking",
    "training_loop",
    "weighted_loss",
]

tensors.warm_up()
