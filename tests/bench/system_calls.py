"""Maintain the sandbox's list of system calls: write their numbers, and measure which ones are used.

`numbers` reads the kernel's headers (`apt install linux-libc-dev`) and writes
`grading/sandbox/inside/system_call_numbers.py`. `measure` runs every correct submission and every snippet of
`tests/submissions/features/` under `strace` (`apt install strace`) in a sandbox with a permissive filter, and writes
`tests/measured_system_calls.json`, which `tests/test_system_calls.py` compares with the list.
"""

import argparse
import contextlib
import json
import platform
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib import metadata
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import msgspec  # noqa: E402 - the checkout is not installed

from grading.content.load import Assignment  # noqa: E402
from grading.run.grading_run import GradingRun  # noqa: E402
from grading.run.hidden_tests import run_hidden_tests  # noqa: E402
from grading.sandbox import bubblewrap  # noqa: E402
from grading.sandbox.bubblewrap import Content  # noqa: E402
from grading.sandbox.calls import Call, Sandbox, Status, SubmittedCode  # noqa: E402
from grading.sandbox.inside import system_calls  # noqa: E402
from grading.sandbox.inside.budget import Budget  # noqa: E402
from grading.sandbox.inside.system_calls import CHECKED, LISTS, names  # noqa: E402
from grading.sandbox.start import make_sandbox  # noqa: E402
from grading.submission.read import read_submission  # noqa: E402
from tests.cases import Case, correct  # noqa: E402

NUMBERS = ROOT / "grading" / "sandbox" / "inside" / "system_call_numbers.py"
SYSTEM_CALLS = Path(system_calls.__file__)
MEASURED = ROOT / "tests" / "measured_system_calls.json"
FEATURES = ROOT / "tests" / "submissions" / "features"

# Paths of the kernel's headers by platform.machine(): first those that a distribution installs for the machine itself,
# then those of its packages for cross-compiling.
_HEADERS = {
    "x86_64": (
        "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
        "/usr/include/asm/unistd_64.h",
        "/usr/x86_64-linux-gnu/include/asm/unistd_64.h",
    ),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}
_NUMBER = re.compile(r"^#define __NR(3264)?_(\w+)\s+(\d+)$", re.MULTILINE)
_ALIAS = re.compile(r"^#define __NR_(\w+)\s+__NR3264_(\w+)$", re.MULTILINE)
_FOR_64_BITS = re.compile(r"^#if __BITS_PER_LONG == 64 && .*?^#else$", re.MULTILINE | re.DOTALL)

# What strace prints for a call, after the process id (in strace's own PID namespace).
_CALL = re.compile(r"(\w+)\((.*)")
_UNFINISHED, _RESUMED = " <unfinished ...>", re.compile(r"<\.\.\. \w+ resumed>")
_CHILD = re.compile(r"= \d+ /\* (\d+) in strace's PID NS \*/$")
_REFUSED = "= -1 EPERM (Operation not permitted)"
# A refused call decides what a library tries next, so the calls that are always refused are refused here as well.
_PERMISSIVE = """
OTHERWISE = 0
ALLOWED = {**ALLOWED, "with any argument": " ".join(CHECKED)}
CHECKED = {"clone": CHECKED["clone"]}
"""
_MOST_NAMED = 3
_BUDGET = Budget(cpu_seconds=600, idle_seconds=600.0)
_IMPORTS = ("sklearn.metrics", "imblearn.over_sampling", "mlflow", "torch._dynamo")


def main() -> int:
    """Run the command that the command line names, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("numbers", "measure"))
    parser.add_argument("--only", default="", help="measure only what has this in its name, and write nothing")
    args = parser.parse_args()
    if args.what == "numbers":
        headers = find_headers()
        if headers is None:
            print("system_calls: the kernel's headers are missing; fix: apt install linux-libc-dev", file=sys.stderr)
            return 1
        NUMBERS.write_text(numbers_module(headers), encoding="utf-8")
        return 0
    if shutil.which("strace") is None:
        print("system_calls: strace is missing; fix: apt install strace", file=sys.stderr)
        return 1
    measured = _measure(args.only)
    text = json.dumps(measured, indent=1, sort_keys=True) + "\n"
    if args.only:
        print(text)
    else:
        MEASURED.write_text(text, encoding="utf-8")
    return 0


def find_headers() -> Mapping[str, Path] | None:
    """Return the header of each machine, or None if one of them is missing."""
    found = {machine: next((Path(p) for p in paths if Path(p).exists()), None) for machine, paths in _HEADERS.items()}
    return {m: path for m, path in found.items() if path} if all(found.values()) else None


def numbers_module(headers: Mapping[str, Path]) -> str:
    """Return the source of the module with the numbers of the listed calls."""
    wanted = sorted({*names(*LISTS), *CHECKED})
    tables = {machine: _read_numbers(path.read_text(encoding="utf-8")) for machine, path in headers.items()}
    if unknown := [name for name in wanted if not any(name in table for table in tables.values())]:
        raise SystemExit(f"system_calls: no such calls in {', '.join(map(str, headers.values()))}: {unknown}")
    lines = [
        '"""The numbers of the calls in `system_calls.py`, by platform.machine().',
        "",
        "Written by `python tests/bench/system_calls.py numbers` from the kernel's headers: not to be edited.",
        '"""',
        "",
        "from collections.abc import Mapping",
        "from typing import Final",
        "",
        "NUMBERS: Final[Mapping[str, Mapping[str, int]]] = {",
    ]
    for machine, table in tables.items():
        lines.append(f'    "{machine}": {{')
        lines += [f'        "{name}": {table[name]},' for name in wanted if name in table]
        lines.append("    },")
    return "\n".join([*lines, "}", ""])


def _read_numbers(header: str) -> dict[str, int]:
    """Return the numbers of the calls that a header defines; where 32 and 64 bits differ, those of 64 bits."""
    found = {name: int(number) for variant, name, number in _NUMBER.findall(header) if not variant}
    variants = {name: int(number) for variant, name, number in _NUMBER.findall(header) if variant}
    for branch in _FOR_64_BITS.findall(header):
        found |= {name: variants[alias] for name, alias in _ALIAS.findall(branch) if alias in variants}
    return found


def _measure(only: str) -> Mapping[str, object]:
    """Return the calls that were made, which submissions made them, and the values of their checked arguments."""
    assignment = Assignment(ROOT)
    assignment.manifest = msgspec.structs.replace(
        assignment.manifest, call_cpu_seconds=_BUDGET.cpu_seconds, call_idle_seconds=_BUDGET.idle_seconds
    )
    features = {f"features/{path.stem}": partial(_run_feature, path) for path in sorted(FEATURES.glob("*.py"))}
    cases = {case.name: partial(_grade, case, assignment) for case in correct(assignment)}
    calls: dict[str, list[str]] = defaultdict(list)
    arguments: dict[str, set[int]] = defaultdict(set)
    # The snippets import everything themselves, under the filter; submissions are graded in a warm worker, as in a
    # cohort.
    for preload, jobs in (((), features), (_IMPORTS, cases)):
        chosen = {name: job for name, job in jobs.items() if only in name}
        for name, call, text in _trace(chosen, assignment, preload):
            if name not in calls[call] and len(calls[call]) < _MOST_NAMED:
                calls[call].append(name)
            if call in CHECKED and not text.endswith(_REFUSED):
                arguments[call].add(_argument(call, text))
    return {
        "measured on": {
            "machine": platform.machine(),
            "C library": "-".join(platform.libc_ver()),
            "Python": platform.python_version(),
            **{name: metadata.version(name) for name in ("torch", "numpy", "scipy", "scikit-learn", "mlflow-skinny")},
        },
        "calls": calls,
        "arguments": {call: sorted(values) for call, values in arguments.items()},
    }


def _trace(
    jobs: Mapping[str, Callable[[Sandbox], None]], assignment: Assignment, preload: tuple[str, ...]
) -> Iterator[tuple[str, str, str]]:
    """Run the jobs in one sandbox; yield the job, the call and strace's text for each call made under the filter."""
    with tempfile.TemporaryDirectory(prefix="system-calls-") as folder:
        trace, permissive = Path(folder) / "trace", Path(folder) / "system_calls.py"
        trace.touch()
        permissive.write_text(SYSTEM_CALLS.read_text(encoding="utf-8") + _PERMISSIVE, encoding="utf-8")
        with (
            mock.patch.object(bubblewrap, "_command", partial(_traced_command, bubblewrap._command, trace, permissive)),
            contextlib.closing(make_sandbox(assignment, preload=preload, protected=True)) as sandbox,
            trace.open(encoding="utf-8", errors="replace") as file,
        ):
            processes, rest = _Processes(), ""
            for name, job in jobs.items():
                job(sandbox)
                *lines, rest = (rest + file.read()).split("\n")
                for call, text in processes.follow(lines):
                    yield name, call, text
                print(name, file=sys.stderr, flush=True)


def _traced_command(
    command: Callable[[Content], list[str]], trace: Path, permissive: Path, content: Content
) -> list[str]:
    """Return the command that starts a sandbox under strace with the permissive lists of calls."""
    inner = command(content)
    at = inner.index("--remount-ro")
    inner[at:at] = ["--ro-bind", str(permissive), f"{bubblewrap._GRADER}/{SYSTEM_CALLS.relative_to(ROOT)}"]
    options = ["-f", "-q", "--decode-pids=pidns", "-X", "raw", "-e", "signal=none", "-s", "0"]
    return ["strace", *options, "-o", str(trace), *inner]


class _Processes:
    """Follows the processes of a trace, to decide which calls were made under the filter."""

    def __init__(self) -> None:
        self._filtered: dict[str, bool] = {}
        self._begun: dict[str, str] = {}  # the text that strace has printed for an unfinished call, by process
        # Calls of a new process or thread before the call that created it returned in its parent.
        self._early: dict[str, list[tuple[str, str]]] = defaultdict(list)

    def follow(self, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield each call that was made under the filter, with the arguments and the result that strace prints."""
        for line in lines:
            pid, _, rest = line.partition(" ")
            rest = rest.lstrip()
            if rest.startswith("+++"):  # the process has ended
                self._filtered.pop(pid, None)
            elif rest.endswith(_UNFINISHED):
                self._begun[pid] = rest.removesuffix(_UNFINISHED)
            else:
                if resumed := _RESUMED.match(rest):
                    rest = self._begun.pop(pid, "") + rest[resumed.end() :]
                if call := _CALL.match(rest):
                    yield from self._made(pid, call[1], call[2])
                    if call[1] in ("clone", "clone3") and (child := _CHILD.search(call[2])):
                        yield from self._appeared(child[1], pid)

    def _made(self, pid: str, call: str, text: str) -> Iterator[tuple[str, str]]:
        if call == "prctl" and text.startswith("0x16, 0x2,"):  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
            self._filtered[pid] = True
            self._early.pop(pid, None)
        elif pid not in self._filtered:
            self._early[pid].append((call, text))
        elif self._filtered[pid]:
            yield call, text

    def _appeared(self, pid: str, parent: str) -> Iterator[tuple[str, str]]:
        early = self._early.pop(pid, [])
        if self._filtered.setdefault(pid, self._filtered.get(parent, False)):
            yield from early


def _argument(call: str, text: str) -> int:
    """Return the value of a call's checked argument."""
    # strace prints the arguments of clone with names, and in another order.
    value = text.partition("flags=")[2] if call == "clone" else text.split(", ")[CHECKED[call].argument]
    return int(re.split(r"\W", value, maxsplit=1)[0], 0)


def _run_feature(path: Path, sandbox: Sandbox) -> None:
    files = {"assignment/exercise.py": path.read_bytes()}
    code = SubmittedCode(module="assignment.exercise", files=files)
    call = Call(code=code, probe="importing", inputs={}, budget=_BUDGET)
    reply = sandbox.call(call)
    if reply.status is not Status.ANSWERED:
        raise SystemExit(f"system_calls: {path} must run without an error: {reply.error}")


def _grade(case: Case, assignment: Assignment, sandbox: Sandbox) -> None:
    with tempfile.TemporaryDirectory(prefix="system-calls-") as folder:
        submission = read_submission(case.write(Path(folder) / "submission"), assignment)
        rubric, report = assignment.rubric(case.level), Path(folder) / "report.json"
        run = GradingRun(submission=submission, assignment=assignment, rubric=rubric, seed=0, figures=True)
        run_hidden_tests(run, sandbox=sandbox, report=report, progress=False)


if __name__ == "__main__":
    sys.exit(main())
