"""Follow-ups: optional, in any order, each a bonus. Skipping one costs nothing."""

from pathlib import Path

import torch
from torch import Tensor, nn


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    """F1: return the threshold at which `probabilities >= threshold` has the highest F1.

    Args:
        targets: shape (n,), float32, each 0.0 or 1.0.
        probabilities: shape (n,), float32, each from 0.0 to 1.0; equal ones are frequent.
    """
    raise NotImplementedError("Follow-up F1: best_threshold (assignment/followups.py)")


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """F2: return the examples with synthetic rows of the minority class added, until both classes have the same count.

    SMOTE (Chawla et al. 2002, arXiv:1106.1813): each synthetic row lies between a row of the minority class and one of
    its nearest neighbours of that class. The originals are kept, and the same seed gives the same rows.

    Args:
        features: shape (n, d), float32.
        labels: shape (n,), float32, each 0.0 or 1.0; the minority class has at least six rows.
        seed: random seed.
    """
    raise NotImplementedError("Follow-up F2: oversample (assignment/followups.py)")


def build_improved(train_features: Tensor, train_labels: Tensor, seed: int) -> nn.Module:
    """F3: train and return a model, raw features (b, d) to logits (b,), whose F1 at logits of at least 0 is high.

    On an unseen split, it must be at least twice that of a baseline: a linear model, trained to convergence
    on standardized features without weights. It may take at most one minute.

    Args:
        train_features: shape (n, d), float32; the features have scales of their own.
        train_labels: shape (n,), float32, each 0.0 or 1.0, one in five positive.
        seed: random seed.
    """
    raise NotImplementedError("Follow-up F3: build_improved (assignment/followups.py)")


def save_model(model: nn.Module, path: str | Path) -> None:
    """F4: save a model so that `load_model` can restore it in another process, from the path alone.

    Args:
        model: an `nn.Sequential` of Linear (with bias), ReLU, BatchNorm1d, Dropout and Flatten layers, of which the
            first is a Linear.
        path: the file to write; its folder exists.
    """
    raise NotImplementedError("Follow-up F4: save_model (assignment/followups.py)")


def load_model(path: str | Path) -> nn.Module:
    """F4: return the saved model, in evaluation mode; no code from the file is run, whatever it contains."""
    raise NotImplementedError("Follow-up F4: load_model (assignment/followups.py)")


def predict(model: nn.Module, features: Tensor) -> Tensor:
    """F4: return the probabilities, shape (n,), of features (n, d), in evaluation mode.

    Raises:
        ValueError: a feature is NaN, or d is not the model's number of features.
    """
    raise NotImplementedError("Follow-up F4: predict (assignment/followups.py)")
