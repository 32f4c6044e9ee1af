"""Fixtures that start a browser and open pages, which must not log errors or send requests."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, sync_playwright

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Root needs --no-sandbox; the other flags stop requests that the browser itself would send.
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--disable-dev-shm-usage"),
)
Open = Callable[..., Page]


def missing(what: str, fix: str) -> None:
    """Skip the test because something is missing; in CI, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing: {fix}")
    pytest.skip(f"{what} is missing: {fix}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start a browser that is installed on this machine."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        missing("a browser", "apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def look_at(browser: Browser) -> Iterator[Open]:
    """Return a function that opens a page; at the end, check for console messages, errors, requests and dialogs."""
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
    """Return the source of axe-core, the accessibility checker, which runs in a page."""
    if not AXE.is_file():
        missing("axe-core", f"npm ci --prefix {AXE.parents[2]}")
    return AXE.read_text(encoding="utf-8")
