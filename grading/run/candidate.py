"""A proxy for the candidate's code, on which hidden tests call probes."""

import builtins
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from grading.content.records import ANY
from grading.run.observations import Misfit, Observation, ReportedError, Sizes, read
from grading.run.records import Finding, Outcome
from grading.sandbox.calls import Call, CallError, Reply, Sandbox, Status, SubmittedCode
from grading.sandbox.inside.budget import Budget
from grading.submission.records import Flag

# After a probe has timed out, further calls of it get this share of the budget, so that one endless loop does not use
# the full budget repeatedly.
_SHARE_AFTER_TIMEOUT = 0.25
# After all calls together have used this many budgets, further calls get this share: correct solutions use a tenth of
# one budget in total, and thirty calls that each stay just within the budget would take most of an hour.
_MAX_BUDGETS = 5
_SHARE_WHEN_USED_UP = 0.05
_MAX_NOTE = 300
# A solution has about 200 lines. Code can fake its line number, and the candidate reads it.
_MOST_LINES = 2000
# The probe that imports the module and does nothing else.
_IMPORTING = "importing"
# The variant of `import-error` for a missing package.
_MISSING_PACKAGE = "missing-package"

_Record = TypeVar("_Record", bound=Observation)


class CandidateFailure(Exception):  # noqa: N818 - a result, not an error of the grader
    """The candidate's code gave no result to judge; `finding` is the reason."""

    def __init__(self, finding: Finding, outcome: Outcome) -> None:
        super().__init__(f"{finding.id}: {finding.detail}")
        self.finding = finding
        self.outcome = outcome


class CandidateProxy:
    """Calls probes on the candidate's code in the sandbox, for the hidden tests."""

    def __init__(self, code: SubmittedCode, sandbox: Sandbox, budget: Budget) -> None:
        self._code = code
        self._sandbox = sandbox
        self._budget = budget
        self._own_sources = list(code.files.values())
        self._lines = min(max((len(source.splitlines()) + 1 for source in self._own_sources), default=0), _MOST_LINES)
        self._timed_out: set[str] = set()
        self._used = 0.0  # seconds of CPU and idle time, by all calls so far
        self._import_failures: dict[str, CandidateFailure] = {}
        self.notes: dict[str, Flag] = {}

    def call(
        self,
        probe: str,
        inputs: Mapping[str, Any],
        record: type[_Record],
        sizes: Sizes | None = None,
        *,
        file: str | None = None,
    ) -> _Record:
        """Run a probe with the candidate's code and return its observation.

        Args:
            probe: the probe's name.
            inputs: the probe's inputs.
            record: the type of the observation; see `grading.run.observations`.
            sizes: the sizes that the record refers to.
            file: the candidate's file to import, if it is not the main module.

        Raises:
            CandidateFailure: the module cannot be imported, or the function cannot be called, does not end, or
                returns a value that does not match the record.
        """
        observed = self._observed(probe, inputs, file)
        try:
            return read(observed, record, sizes or {})
        except Misfit as misfit:
            finding = Finding(id="crash", criterion="", detail=f"the result cannot be read: {misfit}"[:_MAX_NOTE])
            raise CandidateFailure(finding, Outcome.ERROR) from None

    def _observed(self, probe: str, inputs: Mapping[str, Any], file: str | None) -> Mapping[str, Any]:
        code = self._code if file is None else self._module(file)
        if code.module in self._import_failures:
            raise self._import_failures[code.module]
        reply = self._reply(code, probe, inputs)
        if reply.status is Status.ANSWERED and reply.observed is not None:
            return reply.observed
        # For a call that died or timed out, a call that only imports shows whether the import is the cause.
        unclear = reply.status in (Status.TIMED_OUT, Status.DIED)
        alone = self._reply(code, _IMPORTING, {}) if unclear else reply
        if alone.status is not Status.ANSWERED and (unclear or (alone.error is not None and alone.error.at_import)):
            # A main module that does not load affects all criteria; another file affects only its own criterion.
            self._import_failures[code.module] = self._failure(alone, ANY if file is None else "")
            raise self._import_failures[code.module]
        raise self._failure(reply, "")

    @property
    def ran_out_of_time(self) -> bool:
        """Whether any call so far has timed out."""
        return bool(self._timed_out)

    def describe(self, error: CallError | ReportedError, finding: Finding) -> Finding:
        """Return a finding with the details of an error in the candidate's code that the candidate may read.

        A line number is kept only if the code has that many lines: any other number could leak inputs.
        """
        package = self._missing_package(error.detail) if error.kind == "import-error" else ""
        return msgspec.structs.replace(
            finding,
            line=error.line if error.line is not None and error.line <= self._lines else None,
            variant=_MISSING_PACKAGE if package else finding.variant,
            exception=self._exception_in(error.detail) if error.kind == "crash" else package,
        )

    def _exception_in(self, detail: str) -> str:
        """Return the exception type at the start of an error's detail, empty if the type is unknown.

        Known are Python's own types and those named in the candidate's code: a type made at run time could leak inputs.
        """
        name = detail.partition(":")[0]
        if isinstance(getattr(builtins, name, None), type):
            return name
        word = rf"\b{re.escape(name)}\b".encode()
        return name if name.isidentifier() and any(re.search(word, source) for source in self._own_sources) else ""

    def _missing_package(self, detail: str) -> str:
        """Return the package that an import did not find, empty if no source imports a package of that name."""
        named = re.fullmatch(r"ModuleNotFoundError: No module named '([\w.]{1,80})'", detail)
        if named is None:
            return ""
        imported = rf"\b(import|from)\b.*\b{re.escape(named[1].rpartition('.')[2])}\b".encode()
        return named[1] if any(re.search(imported, source) for source in self._own_sources) else ""

    def note(self, id_: str, detail: str) -> None:
        """Add an informational flag for the reviewer."""
        self.notes[id_] = Flag(id=id_, severity="info", detail=detail[:_MAX_NOTE])

    def _module(self, file: str) -> SubmittedCode:
        if file not in self._code.files:
            raise CandidateFailure(Finding(id="not-implemented", criterion="", detail=f"no {file}"), Outcome.ERROR)
        return replace(self._code, module=file.removesuffix(".py").replace("/", "."))

    def _reply(self, code: SubmittedCode, probe: str, inputs: Mapping[str, Any]) -> Reply:
        timed_out_before = bool(self._timed_out) if probe == _IMPORTING else probe in self._timed_out
        budget = self._budget.share(_SHARE_AFTER_TIMEOUT) if timed_out_before else self._budget
        if self._used > _MAX_BUDGETS * (self._budget.cpu_seconds + self._budget.idle_seconds):
            budget = self._budget.share(_SHARE_WHEN_USED_UP)
        reply = self._sandbox.call(Call(code=code, probe=probe, inputs=inputs, budget=budget))
        self._used += reply.seconds
        if reply.status is Status.TIMED_OUT:
            self._timed_out.add(probe)
        return reply

    def _failure(self, reply: Reply, criterion: str) -> CandidateFailure:
        error = reply.error
        assert error is not None
        finding = self.describe(error, Finding(id=error.kind, criterion=criterion, detail=error.detail))
        return CandidateFailure(finding, Outcome.TIMEOUT if reply.status is Status.TIMED_OUT else Outcome.ERROR)
