"""The candidate's code as the hidden tests see it: a thing to call probes on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grading.content import ANY
from grading.model import Blame, Flag, Outcome
from grading.sandbox.calls import Call, CandidateCode, Reply, Sandbox, Status
from grading.sandbox.inside.budget import Budget
from grading.sandbox.replies import REPORTED_KINDS

# Once a probe has timed out, further calls of it get this share of the budget, so that one endless loop does not use
# all of it over and over.
_AFTER_A_TIMEOUT = 0.25
_MAX_NOTE = 300
# The probe that imports the module and does nothing else.
_IMPORTING = "importing"


class CandidateFailure(Exception):  # noqa: N818 - a result, not an error of the grader
    """The candidate's code gave nothing to judge; `blame` says why."""

    def __init__(self, blame: Blame, outcome: Outcome) -> None:
        super().__init__(f"{blame.id}: {blame.detail}")
        self.blame = blame
        self.outcome = outcome


class CandidateUnderTest:
    """The candidate's code, as the hidden tests see it."""

    def __init__(self, code: CandidateCode, sandbox: Sandbox, budget: Budget) -> None:
        self._code = code
        self._sandbox = sandbox
        self._budget = budget
        self._late: set[str] = set()
        self._import_failures: dict[str, CandidateFailure] = {}
        self.notes: dict[str, Flag] = {}

    def call(self, probe: str, inputs: Mapping[str, Any], *, file: str | None = None) -> Mapping[str, Any]:
        """Run a probe beside the candidate's code and return what it observed.

        Args:
            probe: its name.
            inputs: what it is given.
            file: the candidate's file to import, if not the main module.

        Raises:
            CandidateFailure: the module cannot be imported, or the function cannot be called or does not come back.
        """
        code = self._code if file is None else self._module(file)
        if code.module in self._import_failures:
            raise self._import_failures[code.module]
        reply = self._reply(code, probe, inputs)
        if reply.status is Status.ANSWERED and reply.observed is not None:
            return {name: _with_known_errors(value) for name, value in reply.observed.items()}
        # Whether a call that died or never came back got beyond the import can be told by importing alone.
        unclear = reply.status in (Status.TIMED_OUT, Status.DIED)
        alone = self._reply(code, _IMPORTING, {}) if unclear else reply
        if alone.status is not Status.ANSWERED and (unclear or (alone.error is not None and alone.error.at_import)):
            # What keeps the main module from loading is everywhere; another file costs only what it is judged by.
            self._import_failures[code.module] = _failure(alone, ANY if file is None else "")
            raise self._import_failures[code.module]
        raise _failure(reply, "")

    @property
    def ran_out_of_time(self) -> bool:
        """Whether any call so far has."""
        return bool(self._late)

    def note(self, id_: str, detail: str) -> None:
        """Tell the reviewer something that is no mistake."""
        self.notes[id_] = Flag(id=id_, severity="info", detail=detail[:_MAX_NOTE])

    def _module(self, file: str) -> CandidateCode:
        if file not in self._code.files:
            raise CandidateFailure(Blame(id="not-implemented", criterion="", detail=f"no {file}"), Outcome.ERROR)
        return replace(self._code, module=file.removesuffix(".py").replace("/", "."))

    def _reply(self, code: CandidateCode, probe: str, inputs: Mapping[str, Any]) -> Reply:
        late = bool(self._late) if probe == _IMPORTING else probe in self._late
        budget = self._budget.share(_AFTER_A_TIMEOUT) if late else self._budget
        reply = self._sandbox.call(Call(code=code, probe=probe, inputs=inputs, budget=budget))
        if reply.status is Status.TIMED_OUT:
            self._late.add(probe)
        return reply


def _with_known_errors(value: Any) -> Any:
    """Return what a probe observed, with errors in it only of the kinds that code in the sandbox may report.

    A record that says anything else was made up, to be taken for a mistake that costs less.
    """
    match value:
        case {"kind": kind, "line": line, "detail": detail, "at_import": _}:
            known = kind in REPORTED_KINDS and isinstance(detail, str) and (line is None or type(line) is int)
            return value if known else {"kind": "crash", "line": None, "detail": "made up", "at_import": False}
        case dict():
            return {name: _with_known_errors(item) for name, item in value.items()}
        case list():
            return [_with_known_errors(item) for item in value]
        case _:
            return value


def _failure(reply: Reply, criterion: str) -> CandidateFailure:
    assert reply.error is not None
    blame = Blame(id=reply.error.kind, criterion=criterion, line=reply.error.line, detail=reply.error.detail)
    return CandidateFailure(blame, Outcome.TIMEOUT if reply.status is Status.TIMED_OUT else Outcome.ERROR)
