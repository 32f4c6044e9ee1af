"""A browser, and pages that must neither complain nor ask for anything."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, sync_playwright

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root there is no sandbox for the browser; and nothing it does by itself may look like a request of a page.
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--disable-dev-shm-usage"),
)
Open = Callable[..., Page]


def missing(what: str, fix: str) -> None:
    """Skip, on a laptop; fail where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing: {fix}")
    pytest.skip(f"{what} is missing: {fix}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser that this machine has."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        missing("a browser", "apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def look_at(browser: Browser) -> Iterator[Open]:
    """Open a page's file; at the end no page may have complained, asked for anything, or opened a dialog."""
    heard: list[str] = []
    contexts = []

    def look_at(path: Path, **options: object) -> Page:
        context = browser.new_context(accept_downloads=True, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: heard.append(f"error: {error}"))
        page.on("dialog", refuse)
        page.on("request", note)
        page.goto(path.as_uri())
        return page

    def refuse(dialog: Dialog) -> None:
        heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def note(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            heard.append(f"request: {request.url}")

    yield look_at
    for context in contexts:
        context.close()
    assert heard == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker, to be run in a page."""
    if not AXE.is_file():
        missing("axe-core", f"npm ci --prefix {AXE.parents[2]}")
    return AXE.read_text(encoding="utf-8")
