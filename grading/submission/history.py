"""Reads the candidate's commits, as evidence of the process.

A repository can make git run programs, so git runs in bubblewrap too, which gives it only the submission and the
system's programs, read-only. A repository can also make git work endlessly: time, memory and output are limited.
Replaced objects, grafts and a separate commit graph, which can fake a history, are ignored.
"""

import itertools
import os
import re
import shutil
import stat
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from grading.content.records import Manifest
from grading.errors import SandboxError
from grading.sandbox.bubblewrap import find_bubblewrap
from grading.submission.records import MAX_OUTSIDE, MAX_SUBJECT, Commit, History

_SECONDS = 10
_MAX_COMMITS = 200
_MAX_BYTES = 4 << 20  # limit of git's output
_MAX_MEMORY = 1 << 30
_MAX_NAME = 200
_RECORD, _FIELD = "\x1e", "\x1f"
_FORMAT = "%x1e%H%x1f%ct%x1f%ae%x1f%s"
_SHA = re.compile(r"[0-9a-f]{40}\Z")


def read_history(root: Path | None, manifest: Manifest, trusted: Path) -> tuple[History, str | None]:
    """Return a submission's history and its commit, as far as git has them."""
    if root is None:
        return _no_history("no git repository"), None
    try:
        mode = os.lstat(root / ".git").st_mode
    except OSError:
        return _no_history("no git repository"), None
    if not stat.S_ISDIR(mode):  # a link or a gitfile is not followed
        return _no_history(".git is not a directory"), None
    git = shutil.which("git")
    if git is None:
        return _no_history("git is not installed"), None
    try:
        log = _git_log(git, root.resolve())
    except (OSError, SandboxError, subprocess.SubprocessError) as error:
        return _no_history(f"git log failed ({type(error).__name__})"), None
    found = [entry for entry in (_entry(record) for record in log.split(_RECORD)[1:]) if entry is not None]
    if not found:
        return _no_history("no commits"), None
    head = found[0].sha
    if root.resolve() == trusted.resolve():
        # A fork that grades itself: the commits of the newest commit's author, without those that came with the fork.
        theirs = list(itertools.takewhile(lambda entry: entry.author == found[0].author, found))
    else:
        ours = _own_commits(git, trusted)
        theirs = [entry for entry in found if entry.sha not in ours]
    if len(theirs) == len(found) > 1:
        theirs = theirs[:-1]  # without trusted commits, the first commit is assumed to be the handout
    theirs.reverse()
    if not theirs:
        return _no_history("no commits of the candidate's own"), head
    first = theirs[0].seconds
    outside = sorted({name for entry in theirs for name in entry.names}.difference(manifest.own_files))
    if len(theirs) == 1 and len(found) == 1:
        outside = []  # handout and solution are one commit and cannot be separated
    commits = [
        Commit(sha=entry.sha, minute=(entry.seconds - first) // 60, subject=entry.subject, files=len(entry.names))
        for entry in theirs
    ]
    return History(commits=commits, minutes=max(0, commits[-1].minute), outside=outside[:MAX_OUTSIDE]), head


def _no_history(note: str) -> History:
    return History(commits=[], minutes=0, outside=[], note=note)


@dataclass(frozen=True, slots=True)
class _Entry:
    sha: str
    seconds: int
    author: str
    subject: str
    names: list[str]


def _entry(record: str) -> _Entry | None:
    """Return one commit of the log, None if it is malformed; its text is untrusted."""
    header, _, names = record.partition("\n")
    fields = header.split(_FIELD)
    if len(fields) != 4 or not _SHA.match(fields[0]) or not fields[1].isdecimal() or len(fields[1]) > 12:
        return None
    files = [name[:_MAX_NAME] for name in names.splitlines() if name][:1000]
    return _Entry(fields[0], int(fields[1]), fields[2], fields[3][:MAX_SUBJECT], files)


def _own_commits(git: str, trusted: Path) -> set[str]:
    if not (trusted / ".git").exists():
        return set()
    done = subprocess.run(
        [git, "-C", str(trusted), "rev-list", "HEAD"], capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    return set(done.stdout.split())


def _git_log(git: str, root: Path) -> str:
    """Return the log of an untrusted repository, from a git process that can only read it."""
    # Set by a shell that then executes bubblewrap: with threads, Python cannot set them between fork and exec.
    limits = f'ulimit -t {_SECONDS} && ulimit -v {_MAX_MEMORY >> 10} && exec "$@"'
    command = ["/bin/sh", "-c", limits, "sh", find_bubblewrap()]
    command += ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    for path in ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache"):
        if Path(path).exists():
            command += ["--ro-bind", path, path]
    command += ["--dev", "/dev", "--proc", "/proc", "--ro-bind", str(root), "/submission"]
    command += ["--remount-ro", "/dev", "--remount-ro", "/"]
    for variable, value in _ENVIRONMENT.items():
        command += ["--setenv", variable, value]
    command += ["--chdir", "/submission", git, "--no-pager", "--no-replace-objects"]
    for setting in _SETTINGS:
        command += ["-c", setting]
    command += ["log", *_OPTIONS, f"--max-count={_MAX_COMMITS}", f"--format={_FORMAT}", "HEAD", "--"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet) as running:
        clock = threading.Timer(_SECONDS, running.kill)
        clock.start()
        try:
            assert running.stdout is not None
            output = running.stdout.read(_MAX_BYTES)
            # Output over the limit ends the reading.
            status = 0 if len(output) == _MAX_BYTES else running.wait()
        finally:
            clock.cancel()
            running.kill()
    return output.decode(errors="replace") if status == 0 else ""


_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_GRAFT_FILE": os.devnull,  # else .git/info/grafts changes the parents of commits
    "GIT_NO_LAZY_FETCH": "1",
}
_SETTINGS = (
    *("safe.directory=*", "core.quotePath=true", "core.commitGraph=false", "log.showSignature=false"),
    "protocol.allow=never",  # an older git ignores GIT_NO_LAZY_FETCH and runs the repository's fetch command
)
_OPTIONS = (
    *("--no-color", "--no-decorate", "--no-notes", "--no-mailmap"),
    *("--no-renames", "--no-ext-diff", "--no-textconv", "--name-only"),
)
