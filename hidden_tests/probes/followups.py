"""Watches the follow-ups, one at a time."""

import builtins
import contextlib
import pickle
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from grading.sandbox.inside.candidate import Candidate, CandidateError
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, no_grad, number, tensor

_FOLDER = Path("/tmp/model")  # noqa: S108 - the call's own


class Bomb:
    """What makes a file if it is unpickled: the trace of code out of a file being run."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        """Open the file for writing."""
        return open, (self._mark, "w")


def followups(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """Play one follow-up. Inputs: `part`, and what it says below. Observed: what it says below."""
    return _PARTS[inputs["part"]](candidate, inputs)


def _threshold(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`cases` of `targets` (n,) and `probabilities` (n,); for each what is returned, as a number."""
    found = []
    for case in inputs["cases"]:
        returned = candidate.call("best_threshold", tensor(case["targets"]), tensor(case["probabilities"]))
        found.append(number(candidate, returned))
    return {"thresholds": found}


def _oversample(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`features` (n, d), `labels` (n,), `seeds`; for each seed features and labels as returned, and their `dtypes`."""
    found = []
    for index, seed in enumerate(inputs["seeds"]):
        torch.manual_seed(1000 + index)  # so that chance without the seed shows
        returned = candidate.call("oversample", tensor(inputs["features"]), tensor(inputs["labels"]), seed)
        if returned is None:
            raise CandidateError("not-implemented", detail="oversample returned None")
        if not isinstance(returned, tuple | list) or not all(isinstance(part, Tensor) for part in returned):
            raise CandidateError("wrong-signature", detail="oversample returned no pair of tensors")
        features, labels = returned
        found.append({"features": array(features), "labels": array(labels)})
    return {"drawn": found}


def _improve(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`features` (n, d), `labels` (n,), `seed`, `hidden` features; the `logits` of the model on these."""
    features, labels = tensor(inputs["features"]), tensor(inputs["labels"])
    model = candidate.call("build_improved", features, labels, inputs["seed"])
    if model is None:
        raise CandidateError("not-implemented", detail="build_improved returned None")
    if not isinstance(model, nn.Module):
        raise CandidateError("wrong-signature", detail=f"build_improved returned a {type(model).__name__}")
    model.eval()
    with no_grad():
        logits = candidate.guard(model, tensor(inputs["hidden"]))
    if not isinstance(logits, Tensor):
        raise CandidateError("wrong-signature", detail="the model returned no tensor")
    return {"logits": array(logits)}


def _production(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`seed`; for each of three models what became of it.

    Observed: `before`, predictions of a model in training mode, `after` the round trip, and `single` row's, as arrays
    beside what is right; whether what was loaded is `training`; which bad features were `rejected`; `ran`, the ways in
    which a file got its code run.
    """
    torch.manual_seed(inputs["seed"])
    found = []
    with _watching_eval(candidate) as evaluated:
        for model, width in _models():
            found.append(_round_trip(candidate, model, width))
    ran = ["eval"] if evaluated else []
    return {"models": found, "ran": ran + _bombed(candidate)}


def _models() -> Iterator[tuple[nn.Sequential, int]]:
    yield nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1), nn.Flatten(0)), 6
    yield nn.Sequential(nn.Linear(9, 8), nn.ReLU(), nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 1), nn.Flatten(0)), 9
    normalized = nn.Sequential(
        nn.Linear(5, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 1), nn.Flatten(0)
    )
    for _ in range(20):  # so that its statistics are not those that it begins with
        normalized.train()(3 * torch.randn(64, 5) + 1)
    yield normalized, 5


def _round_trip(candidate: Candidate, model: nn.Sequential, width: int) -> Message:
    features = torch.randn(9, width)
    with no_grad():
        wanted = torch.sigmoid(model.eval()(features))
    before = candidate.call("predict", model.train(), features.clone())
    path = _fresh_path()
    model.train()
    candidate.call("save_model", model, path)
    loaded = candidate.call("load_model", path)
    if not isinstance(loaded, nn.Module):
        raise CandidateError("wrong-signature", detail=f"load_model returned a {type(loaded).__name__}")
    training = bool(loaded.training)
    torch.manual_seed(77)
    after = candidate.call("predict", loaded, features.clone())
    single = candidate.call("predict", loaded, features[:1].clone())
    spoiled = features.clone()
    spoiled[3, 1] = torch.nan
    bad = {
        "nan": spoiled,
        "narrow": features[:, :-1],
        "one": features[:, :1],
        "broad": torch.cat([features, features], 1),
    }
    rejected = {
        name: all(_is_rejected(candidate, of, values.clone()) for of in (loaded, model)) for name, values in bad.items()
    }
    found = {"before": before, "after": after, "single": single}
    for name, value in found.items():
        if not isinstance(value, Tensor):
            raise CandidateError("wrong-signature", detail=f"predict returned a {type(value).__name__} ({name})")
    return {
        **{name: array(value) for name, value in found.items()},
        "wanted": array(wanted),
        "training": training,
        "rejected": rejected,
    }


def _is_rejected(candidate: Candidate, model: nn.Module, features: Tensor) -> bool:
    try:
        candidate.call("predict", model, features)
    except CandidateError as error:
        return str(error.record["detail"]).startswith("ValueError")
    return False


def _bombed(candidate: Candidate) -> list[str]:
    """Return the ways in which a saved file that was overwritten got its code run."""
    ran = []
    mark = _FOLDER.with_name("mark")
    writers: dict[str, Callable[[str], object]] = {
        "a saved object": lambda path: torch.save(Bomb(str(mark)), path),
        "a saved object of old": lambda path: torch.save(Bomb(str(mark)), path, _use_new_zipfile_serialization=False),
        "a saved state": lambda path: torch.save({"state_dict": Bomb(str(mark))}, path),
        "a pickle": lambda path: Path(path).write_bytes(pickle.dumps(Bomb(str(mark)))),
    }
    for name, write in writers.items():
        path = _fresh_path()
        candidate.call("save_model", nn.Sequential(nn.Linear(6, 1), nn.Flatten(0)), path)
        write(path)
        with contextlib.suppress(CandidateError):  # refusing the file is right, however
            candidate.call("load_model", path)
        if mark.exists():
            ran.append(name)
            mark.unlink()
    return ran


def _fresh_path() -> str:
    folder = _FOLDER.with_name(f"model-{len(list(_FOLDER.parent.glob('model-*')))}")
    folder.mkdir()
    return str(folder / "model.pt")


@contextlib.contextmanager
def _watching_eval(candidate: Candidate) -> Iterator[list[str]]:
    """Note that the candidate's module calls eval or exec on text."""
    called: list[str] = []

    def watch(name: str) -> Callable[..., Any]:
        def watched(source: object, *arguments: Any) -> Any:
            called.append(name)
            return getattr(builtins, name)(source, *(arguments or (candidate.namespace,)))

        return watched

    kept: dict[str, Any] = {name: candidate.namespace[name] for name in ("eval", "exec") if name in candidate.namespace}
    candidate.provide(eval=watch("eval"), exec=watch("exec"))
    try:
        yield called
    finally:
        for name in ("eval", "exec"):
            candidate.namespace.pop(name, None)
        candidate.namespace.update(kept)


_PARTS = {"threshold": _threshold, "oversample": _oversample, "improve": _improve, "production": _production}
