"""Takes the pictures of the README: the reviewer's page of the example, light and dark. Needs chromium."""

import contextlib
import io
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not installed

from grading.cli import main  # noqa: E402

EXAMPLE = ROOT / "tests" / "submissions" / "example"
IMAGES = ROOT / "docs" / "images"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SIZE = {"width": 1180, "height": 860}


def take() -> None:
    """Grade the example and write summary-light.png and summary-dark.png."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        sys.exit("docs/screenshots.py: no browser found; install one, for instance with `apt install chromium`")
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder, sync_playwright() as playwright:
        with contextlib.redirect_stdout(io.StringIO()):
            status = main(["grade", str(EXAMPLE), "--seed", "1", "--out", folder])
        if status:
            sys.exit(status)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=_SIZE, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto((Path(folder) / "summary.html").as_uri())
            page.screenshot(path=IMAGES / f"summary-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    take()
