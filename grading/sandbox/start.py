"""Creates the sandbox for an assignment's submissions."""

from pathlib import Path

from grading.content.load import Assignment
from grading.sandbox.bubblewrap import Bubblewrap, Content
from grading.sandbox.calls import Sandbox
from grading.sandbox.unprotected import Unprotected


def make_sandbox(
    assignment: Assignment, *, preload: tuple[str, ...], protected: bool, long_lived: bool = False
) -> Sandbox:
    """Return the sandbox for an assignment's submissions; it starts in the background, which takes seconds.

    With `long_lived`, for many submissions, the start takes longer and each call is faster.
    """
    manifest = assignment.manifest
    if not protected:
        return Unprotected(manifest.probes)
    paths = (f"{Path(manifest.probes.split('.')[0])}/__init__.py", *manifest.sandbox_files)
    content = Content(root=assignment.root, probes=manifest.probes, paths=paths, preload=preload)
    return Bubblewrap(content, long_lived=long_lived)
