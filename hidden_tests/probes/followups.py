"""Watches the follow-ups, one at a time."""

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
from hidden_tests.probes.tensors import array, no_grad, number, returned_tensor, tensor

_FOLDER = Path("/tmp/models")  # noqa: S108 - the call's own
_MAX_FILES, _MAX_BYTES = 8, 256 * 1024


class Bomb:
    """What makes a file if it is unpickled: the trace of code out of a file being run."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        """Open the file for writing."""
        return open, (self._mark, "w")


def followups(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Run one part of a follow-up. Inputs: `part`, and what it says below. Observed: what it says below."""
    return _PARTS[inputs["part"]](candidate, inputs)


def _threshold(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """`cases` of `targets` (n,) and `probabilities` (n,); for each what is returned, as a number."""
    found = []
    for case in inputs["cases"]:
        returned = candidate.call("best_threshold", tensor(case["targets"]), tensor(case["probabilities"]))
        found.append(number(candidate, returned))
    return {"thresholds": found}


def _oversample(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """`features` (n, d), `labels` (n,), `seeds`; for each seed features and labels as returned."""
    calls = []
    for index, seed in enumerate(inputs["seeds"]):
        torch.manual_seed(1000 + index)  # so that randomness without the seed shows
        returned = candidate.call("oversample", tensor(inputs["features"]), tensor(inputs["labels"]), seed)
        if returned is None:
            raise CandidateError("not-implemented", detail="oversample returned None")
        if not isinstance(returned, tuple | list) or len(returned) != 2:
            raise CandidateError("wrong-signature", detail="oversample returned no pair of tensors")
        features, labels = (array(returned_tensor(part, "oversample")) for part in returned)
        calls.append({"features": features, "labels": labels})
    return {"calls": calls}


def _improve(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
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
    return {"logits": array(returned_tensor(logits, "the model"))}


# --- F4 -------------------------------------------------------------------------------------------------------------


def _save(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """`models`, each the layers of one; the files that `save_model` left in the folder of its path.

    Files are all that is kept: the other parts are calls of their own.
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
    """`models`, each with its `files` and `features` (n, d); what `predict` returns for the loaded model."""
    found = []
    for inputs_of_one in inputs["models"]:
        loaded, features = _loaded(candidate, _laid_down(inputs_of_one["files"])), tensor(inputs_of_one["features"])
        torch.manual_seed(77)
        rows = candidate.call("predict", loaded, features.clone())
        first_row = candidate.call("predict", loaded, features[:1].clone())
        returned = {"rows": rows, "first_row": first_row}
        found.append({name: array(returned_tensor(value, "predict")) for name, value in returned.items()})
    return {"models": found}


def _modes(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """The same inputs; what `predict` and the loaded model return if nobody has set a mode.

    The loaded model is called for all rows, and for the same rows in two parts.
    """
    found = []
    for inputs_of_one in inputs["models"]:
        features = tensor(inputs_of_one["features"])
        predicted = candidate.call("predict", _built(inputs_of_one["layers"]).train(), features.clone())
        loaded = _loaded(candidate, _laid_down(inputs_of_one["files"]))
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
    """The same inputs; how `predict` ends for bad features, of each model as it was given and as it was loaded."""
    found = []
    for inputs_of_one in inputs["models"]:
        features = tensor(inputs_of_one["features"])
        spoiled = features.clone()
        spoiled[3, 1] = torch.nan
        bad = [spoiled, features[:, :-1], features[:, :1], torch.cat([features, features], 1)]
        for model in (_built(inputs_of_one["layers"]), _loaded(candidate, _laid_down(inputs_of_one["files"]))):
            accepted = returned_tensor(candidate.call("predict", model, features.clone()), "predict")
            endings = [_ending(candidate, model, values.clone()) for values in bad]
            found.append({"accepted": array(accepted), "endings": endings})
    return {"models": found}


def _ending(candidate: LoadedModule, model: nn.Module, features: Tensor) -> str:
    try:
        candidate.namespace["predict"](model, features)
    except ValueError:
        return "ValueError"
    except BaseException:  # noqa: BLE001 - the candidate's SystemExit is an error as any other
        return "other error"
    return "returned"


def _unsafe_files(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """`files` of a model and `features`; what the model returns, and in which ways code is run that is in a file."""
    ran = []
    mark = _FOLDER.with_name("mark")
    with _watching_eval(candidate) as evaluated:
        loaded = _loaded(candidate, _laid_down(inputs["files"]))
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
        path = _laid_down(inputs["files"])
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


def _laid_down(files: Message) -> Path:
    """Write a saved model's files into a folder of their own, and return the model's path."""
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


_PARTS: dict[str, Callable[[LoadedModule, Mapping[str, Message]], Message]] = {
    "threshold": _threshold,
    "oversample": _oversample,
    "improve": _improve,
    "save": _save,
    "round trip": _round_trip,
    "modes": _modes,
    "bad features": _bad_features,
    "unsafe files": _unsafe_files,
}
