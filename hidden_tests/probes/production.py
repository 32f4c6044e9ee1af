"""Saves, loads and uses models with `save_model`, `load_model` and `predict`."""

import builtins
import contextlib
import pickle
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Array, Message
from hidden_tests.probes.tensors import array, no_grad, returned_tensor, tensor

_FOLDER = Path("/tmp/models")  # noqa: S108 - the call's own
_MAX_FILES, _MAX_BYTES = 8, 256 * 1024


class Bomb:
    """An object that makes a file when it is unpickled: the file shows that code was run."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        """Return the call that unpickling makes: it opens the file for writing."""
        return open, (self._mark, "w")


def production(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Run one part of the follow-up: `part` names it, and its function's docstring says the other inputs."""
    return _PARTS[inputs["part"]](candidate, inputs)


def _save(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Save each model and return its files.

    Inputs: `models`, each a list of layers. Observed: `models`, each with the `files` that `save_model` left in the
    folder of its path. No other state is kept: each other part is a call of its own.
    """
    saved = []
    for model in map(_built, inputs["models"]):
        path = _fresh_path()
        candidate.call("save_model", model.train(), str(path))
        files = sorted(file for file in path.parent.iterdir() if file.is_file())
        if len(files) > _MAX_FILES or any(file.stat().st_size > _MAX_BYTES for file in files):
            raise CandidateError("crash", detail="save_model wrote more than a small model needs")
        saved.append({"files": [{"name": file.name, "content": _content(file)} for file in files]})
    return {"models": saved}


def _round_trip(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Load each model and predict all rows, and the first row alone.

    Inputs: `models`, each with its `files` and `features` (n, d). Observed: `models`, each with the probabilities of
    its `rows` and of its `first_row`.
    """
    found = []
    for inputs_of_one in inputs["models"]:
        loaded, features = _loaded(candidate, _written(inputs_of_one["files"])), tensor(inputs_of_one["features"])
        torch.manual_seed(77)
        rows = candidate.call("predict", loaded, features.clone())
        first_row = candidate.call("predict", loaded, features[:1].clone())
        returned = {"rows": rows, "first_row": first_row}
        found.append({name: array(returned_tensor(value, "predict")) for name, value in returned.items()})
    return {"models": found}


def _modes(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Use each model in the mode in which it was returned, and a model in training mode.

    Inputs: those of the round trip, and the `layers`. Observed: `models`, each with what `predict` returned for a model
    in training mode, `predicted`, and the loaded model's outputs for all rows, `loaded`, and for the rows in two parts,
    `in_parts`.
    """
    found = []
    for inputs_of_one in inputs["models"]:
        features = tensor(inputs_of_one["features"])
        predicted = candidate.call("predict", _built(inputs_of_one["layers"]).train(), features.clone())
        loaded = _loaded(candidate, _written(inputs_of_one["files"]))
        with no_grad():
            rows = [candidate.guard(loaded, part.clone()) for part in (features, features[:4], features[4:])]
        whole, *parts = (returned_tensor(output, "the loaded model") for output in rows)
        found.append(
            {
                "predicted": array(returned_tensor(predicted, "predict")),
                "loaded": array(whole),
                "in_parts": array(torch.cat(parts)),
            }
        )
    return {"models": found}


def _bad_features(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Predict good and bad features with each model as it was built and as it was loaded.

    Inputs: those of the modes. Observed: `models`, two for each, with the probabilities of good features, `accepted`,
    and how the call with each kind of bad features ended, `endings`.
    """
    found = []
    for inputs_of_one in inputs["models"]:
        features = tensor(inputs_of_one["features"])
        spoiled = features.clone()
        spoiled[3, 1] = torch.nan
        bad = [spoiled, features[:, :-1], features[:, :1], torch.cat([features, features], 1)]
        for model in (_built(inputs_of_one["layers"]), _loaded(candidate, _written(inputs_of_one["files"]))):
            accepted = returned_tensor(candidate.call("predict", model, features.clone()), "predict")
            endings = [_ending(candidate, model, values.clone()) for values in bad]
            found.append({"accepted": array(accepted), "endings": endings})
    return {"models": found}


def _ending(candidate: LoadedModule, model: nn.Module, features: Tensor) -> str:
    try:
        candidate.namespace["predict"](model, features)
    except ValueError:
        return "ValueError"
    except BaseException:  # noqa: BLE001 - includes the candidate's SystemExit
        return "other error"
    return "returned"


def _unsafe_files(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Load a saved model, and files that run code when they are unpickled.

    Inputs: `files` of a model and its `features`. Observed: the output of the model, `loaded`, and the ways in which
    code was run, `ran`.
    """
    ran = []
    mark = _FOLDER.with_name("mark")
    with _watching_eval(candidate) as evaluated:
        loaded = _loaded(candidate, _written(inputs["files"]))
    if evaluated:
        ran.append(evaluated[0])
    with no_grad():
        output = array(returned_tensor(candidate.guard(loaded, tensor(inputs["features"])), "the loaded model"))
    writers: dict[str, Callable[[Path], object]] = {
        "a saved object": lambda path: torch.save(Bomb(str(mark)), path),
        "a saved object of old": lambda path: torch.save(Bomb(str(mark)), path, _use_new_zipfile_serialization=False),
        "a saved state": lambda path: torch.save({"state_dict": Bomb(str(mark))}, path),
        "a pickle": lambda path: path.write_bytes(pickle.dumps(Bomb(str(mark)))),
    }
    for name, write in writers.items():
        path = _written(inputs["files"])
        write(path)
        with contextlib.suppress(CandidateError):  # refusing the file is right, however
            candidate.call("load_model", str(path))
        if mark.exists():
            ran.append(name)
            mark.unlink()
    return {"loaded": output, "ran": ran}


def _built(layers: Message) -> nn.Sequential:
    """Return the layers, each with its kind and its values by torch's names, as a model that ends in (b,)."""
    built: list[nn.Module] = []
    for layer in layers:
        values = {name: tensor(value) for name, value in layer["values"].items()}
        match layer["kind"]:
            case "Linear":
                built.append(nn.Linear(values["weight"].shape[1], values["weight"].shape[0]))
            case "BatchNorm1d":
                built.append(nn.BatchNorm1d(len(values["weight"])))
            case "Dropout":
                built.append(nn.Dropout(0.5))
            case _:
                built.append(nn.ReLU())
        built[-1].load_state_dict(values, strict=False)
    return nn.Sequential(*built, nn.Flatten(0))


def _loaded(candidate: LoadedModule, path: Path) -> nn.Module:
    model = candidate.call("load_model", str(path))
    if model is None:
        raise CandidateError("not-implemented", detail="load_model returned None")
    if not isinstance(model, nn.Module):
        raise CandidateError("wrong-signature", detail=f"load_model returned a {type(model).__name__}")
    return model


def _written(files: Message) -> Path:
    """Write a saved model's files into a new folder and return the model's path."""
    path = _fresh_path()
    for file in files:
        (path.parent / Path(file["name"]).name).write_bytes(file["content"].data)
    return path


def _fresh_path() -> Path:
    _FOLDER.mkdir(exist_ok=True)
    folder = _FOLDER / str(len(list(_FOLDER.iterdir())))
    folder.mkdir()
    return folder / "model.pt"


def _content(file: Path) -> Array:
    content = file.read_bytes()
    return Array(dtype="uint8", shape=(len(content),), data=content)


@contextlib.contextmanager
def _watching_eval(candidate: LoadedModule) -> Iterator[list[str]]:
    """Record the calls of eval and exec in the candidate's module."""
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


_PARTS: dict[str, Callable[[LoadedModule, Mapping[str, Message]], Message]] = {
    "save": _save,
    "round trip": _round_trip,
    "modes": _modes,
    "bad features": _bad_features,
    "unsafe files": _unsafe_files,
}
