"""Process evidence: the candidate's commits.

A repository can make git run programs, so git runs in bubblewrap too, which shows it the submission and the system's
programs, and nothing to write to. It can also make git work without end: time, memory and output are limited. What
only claims to be history is not believed: replaced objects, grafts, and a commit graph beside the commits.
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
_MAX_BYTES = 4 << 20  # of git's output
_MAX_MEMORY = 1 << 30
_MAX_NAME = 200
_RECORD, _FIELD = "\x1e", "\x1f"
_FORMAT = "%x1e%H%x1f%ct%x1f%ae%x1f%s"
_SHA = re.compile(r"[0-9a-f]{40}\Z")


def read_history(root: Path | None, manifest: Manifest, trusted: Path) -> tuple[History, str | None]:
    """Return how a submission came about and its commit, as far as git can tell."""
    if root is None:
        return _nothing("no git repository"), None
    try:
        mode = os.lstat(root / ".git").st_mode
    except OSError:
        return _nothing("no git repository"), None
    if not stat.S_ISDIR(mode):  # a link, or a file that names a folder elsewhere: neither is followed
        return _nothing(".git is not a directory"), None
    git = shutil.which("git")
    if git is None:
        return _nothing("git is not installed"), None
    try:
        log = _git_log(git, root.resolve())
    except (OSError, SandboxError, subprocess.SubprocessError) as error:
        return _nothing(f"git log failed ({type(error).__name__})"), None
    found = [entry for entry in (_entry(record) for record in log.split(_RECORD)[1:]) if entry is not None]
    if not found:
        return _nothing("no commits"), None
    head = found[0].sha
    if root.resolve() == trusted.resolve():
        # A fork that grades itself: what its newest commits' author did, on top of what came with the fork.
        theirs = list(itertools.takewhile(lambda entry: entry.author == found[0].author, found))
    else:
        ours = _own_commits(git, trusted)
        theirs = [entry for entry in found if entry.sha not in ours]
    if len(theirs) == len(found) > 1:
        theirs = theirs[:-1]  # with nothing to compare with, the first commit is taken for the handout
    theirs.reverse()
    if not theirs:
        return _nothing("no commits of the candidate's own"), head
    first = theirs[0].seconds
    outside = sorted({name for entry in theirs for name in entry.names}.difference(manifest.own_files))
    if len(theirs) == 1 and len(found) == 1:
        outside = []  # handout and solution came in one commit: nothing can be told apart
    commits = [
        Commit(sha=entry.sha, minute=(entry.seconds - first) // 60, subject=entry.subject, files=len(entry.names))
        for entry in theirs
    ]
    return History(commits=commits, minutes=max(0, commits[-1].minute), outside=outside[:MAX_OUTSIDE]), head


def _nothing(note: str) -> History:
    return History(commits=[], minutes=0, outside=[], note=note)


@dataclass(frozen=True, slots=True)
class _Entry:
    sha: str
    seconds: int
    author: str
    subject: str
    names: list[str]


def _entry(record: str) -> _Entry | None:
    """Read one commit of the log; its text is the candidate's, so anything may stand there."""
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
    """Return the log of a repository that nobody trusts, from a git that can do nothing else but read it."""
    # Set by a shell that becomes bubblewrap: Python cannot set them between fork and exec where there are threads.
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
            # Whoever has written that much is not waited for.
            status = 0 if len(output) == _MAX_BYTES else running.wait()
        finally:
            clock.cancel()
            running.kill()
    return output.decode(errors="replace") if status == 0 else ""


_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_GRAFT_FILE": os.devnull,  # else .git/info/grafts gives commits other parents
    "GIT_NO_LAZY_FETCH": "1",
}
_SETTINGS = (
    *("safe.directory=*", "core.quotePath=true", "core.commitGraph=false", "log.showSignature=false"),
    "protocol.allow=never",  # an older git knows no GIT_NO_LAZY_FETCH, and runs what the repository says to fetch with
)
_OPTIONS = (
    *("--no-color", "--no-decorate", "--no-notes", "--no-mailmap"),
    *("--no-renames", "--no-ext-diff", "--no-textconv", "--name-only"),
)
