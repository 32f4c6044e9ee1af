"""Shared parts of the pages: escaping templates, and a policy that keeps untrusted content from running or loading."""

import base64
import hashlib
from pathlib import Path
from typing import Final

import jinja2
from markupsafe import Markup

from grading.render.text import visible

_FOLDER: Final = Path(__file__).parent / "templates"

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
    # Every expression escapes untrusted text; this also replaces characters that hide or reorder text.
    finalize=lambda value: visible(value) if type(value) is str else value,
)


def render(template: str, script: str, **values: object) -> str:
    """Return a page from a template, with the shared style sheet and one script.

    Its content security policy allows both by their digests: no other style or script is applied, and nothing is
    loaded (https://www.w3.org/TR/CSP3/).
    """
    style, code = _read("page.css"), _read(script)
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(code)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _ENVIRONMENT.get_template(template)
    return page.render(policy=Markup(policy), style=Markup(style), script=Markup(code), **values)  # noqa: S704 - ours


def image(svg: str) -> Markup:
    """Return a figure as a data URL: shown as an image, it can neither run nor load anything."""
    return Markup("data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode())  # noqa: S704 - base64


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
