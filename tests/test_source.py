"""Tests of reading untrusted Python sources: decoding, outline, and limits."""

import json
import os
import sys
from pathlib import Path

import pytest

from grading.errors import GradingError
from grading.submission import outline as child
from grading.submission import source
from grading.submission.read import MAX_FILE_BYTES
from grading.submission.source import decode, outline
from tests.conftest import REFERENCE, ROOT

UTF_8 = ("utf-8", "UTF8", "utf_8", "U8", "utf-8-sig", "utf-8-unix", "cp65001")
LATIN_1 = ("latin-1", "latin1", "iso-8859-1", "ISO_8859_1", "iso-latin-1", "L1", "iso-8859-1-unix", "cp819")
ASCII = ("ascii", "us-ascii", "646", "ANSI_X3.4-1968")


@pytest.mark.parametrize("name", [*UTF_8, *LATIN_1, *ASCII])
def test_supported_encodings_are_read_under_all_their_names(name: str):
    """An encoding cookie for UTF-8, Latin-1 or ASCII decides how a source is decoded, as in Python."""
    codec = "utf-8" if name in UTF_8 else "latin-1" if name in LATIN_1 else "ascii"
    letter = "e" if codec == "ascii" else "é"
    content = f"# -*- coding: {name} -*-\nx = '{letter}'\n".encode(codec)

    decoded = decode(content)

    assert decoded.encoding == ""
    assert decoded.text.splitlines()[1] == f"x = '{letter}'"
    found: dict[str, str] = {}
    exec(compile(content, "x", "exec"), found)  # noqa: S102 - a trusted source
    assert found["x"] == letter


@pytest.mark.parametrize("name", ["punycode", "cp1252", "utf-7", "utf-16", "unicode_escape", "rot13", "idna"])
@pytest.mark.parametrize(
    "head", ["# coding: {}\n", "\n# vim: set fileencoding={} :\n", "\r# coding={}\r", "\f#coding:{}\n"]
)
def test_other_codecs_are_not_run(name: str, head: str):
    """Any other encoding is reported and the file is decoded as UTF-8, wherever Python would find the cookie."""
    decoded = decode(head.format(name).encode() + b"x = 1\n")

    assert decoded.encoding.replace("-", "").replace("_", "") == name.replace("-", "").replace("_", "")
    assert decoded.text.endswith("x = 1\n")


@pytest.mark.parametrize(
    "head", ["x = 1\n# coding: punycode\n", "\n\n# coding: punycode\n", "#\r#\r# coding: punycode\r"]
)
def test_a_cookie_that_python_ignores_is_ignored(head: str):
    """As in Python, an encoding cookie counts only in the first two lines, in a comment."""
    content = f"{head}y = 2\n".encode()

    compile(content, "x", "exec")

    assert decode(content).encoding == ""


def test_a_byte_order_mark_is_removed():
    """A byte order mark of UTF-8 is removed."""
    assert decode("\ufeffx = 'é'\r\n".encode()).text == "x = 'é'\n"


def test_line_endings_become_line_feeds():
    """All line endings become line feeds, so that lines are numbered as in Python."""
    assert decode(b"a\r\nb\rc\n").text == "a\nb\nc\n"


def test_bytes_that_cannot_be_decoded_are_replaced():
    """Bytes that cannot be decoded are replaced, also if the encoding is unknown."""
    assert decode(b"x = '\xff'\n").text == "x = '\ufffd'\n"
    assert decode(b"# coding: nonsense\nx = '\xc3\xa9'\n").text.endswith("x = 'é'\n")


def test_an_outline_contains_imports_definitions_names_and_numbers():
    """An outline contains everything that flags, line numbers and the similarity report need."""
    found = outline(
        "import a.b, c\nfrom d import e\nfrom . import f\n\n\n"
        "def one(x=5):\n    y = x.attribute + 3\n    return call(key=0x10, other=y)\n\n\n"
        "class Two:\n    def method(self):\n        return 4\n\n\nz = one(1e999)\n"
    )

    one, two, rest = found.blocks
    assert found.problem == ""
    assert found.imports == [("a.b", 1), ("c", 1), ("d", 2)]
    assert (one.name, one.line, two.name, two.line, rest.name) == ("one", 6, "Two", 11, "")
    assert one.names == {"x": 7, "y": 7, "call": 8}
    assert (one.attributes, one.others) == ({"attribute": 7}, {"key": 8, "other": 8, "return": 8})
    assert (one.numbers, two.numbers) == ([(3, 7), (16, 8)], [])
    assert rest.names == {"z": 16, "one": 16}
    assert len(found.statements) == 7


@pytest.mark.parametrize("text", ["def", "x = (", "x\0", "  x\n y\n"])
def test_invalid_python_has_an_empty_outline(text: str):
    """A source that is not valid Python has an empty outline and raises no error."""
    found = outline(text)

    assert (found.problem, found.imports, found.blocks, found.statements) == (child.NOT_PYTHON, [], [], frozenset())


# Each source exceeds a different limit of the parser: time, memory, nesting, or the size of the tree.
OVER_LIMITS = {
    "a name with combining marks": "a" + "".join(chr(0x300 + n % 50) for n in range(120_000)),
    "the name of a module": "import " + "a." * 130_000 + "a",
    "attributes": "a" + ".b" * 50_000,
    "not": "x = " + "not " * 60_000 + "1",
    "a minus": "x = " + "-" * 200_000 + "1",
    "a choice": "x = " + "x if x else " * 20_000 + "x",
    "a sum": "x = " + "1 + " * 60_000 + "1",
    "statements": "x\n" * 130_000,
}


@pytest.mark.parametrize("case", OVER_LIMITS)
def test_a_source_over_the_limits_has_an_empty_outline(case: str):
    """A source over the limits has an empty outline, and the next source is parsed as usual."""
    found = outline(OVER_LIMITS[case])

    assert found.is_over_limits
    assert (found.imports, found.blocks, found.statements) == ([], [], frozenset())
    honest = f"# after {case}\n" + "x = 'text'\n" * 10_000 + "def f(): pass\n"
    assert [block.name for block in outline(honest).blocks] == ["f", ""]


def test_the_parser_process_ends_after_a_syntax_error():
    """The parser process ends after a syntax error, after which CPython 3.12 and 3.13 may not release memory."""
    outline("x = 'ordinary'\n")
    kept = source._PARSER._running
    outline("x = (  # not closed\n")

    assert kept is not None
    assert source._PARSER._running is None
    assert kept[0].returncode == 0


@pytest.mark.parametrize("path", [REFERENCE, ROOT / "grading" / "scoring" / "score.py"], ids=lambda path: path.stem)
def test_ordinary_code_of_the_largest_size_has_an_outline(path: Path):
    """Ordinary code of the largest size that is read, 256 KiB, is within the limits."""
    code = path.read_text(encoding="utf-8")

    assert outline(code * (MAX_FILE_BYTES // len(code.encode()))).problem == ""


def test_a_source_is_parsed_once():
    """A second request for the outline of the same text returns the cached object."""
    text = "def once(): pass\n"
    first = outline(text)

    assert outline("".join(list(text))) is first


def test_a_broken_parser_process_is_a_grader_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A parser process that does not work raises a grader error instead of a problem of the submission."""
    broken = tmp_path / "outline.py"
    broken.write_text("raise SystemExit(1)\n", encoding="utf-8")
    source.close()
    monkeypatch.setattr(child, "__file__", str(broken))

    with pytest.raises(GradingError, match="status 1"):
        outline("x = 'a source for a process that does not work'\n")


def test_a_forked_process_has_its_own_parser():
    """A forked process starts its own parser, because two processes with one parser would mix up their outlines."""
    outline("x = 'before the fork'\n")
    mine = source._PARSER
    pid = os.fork()
    if pid == 0:
        found = outline("def child(): pass\n")
        os._exit(0 if source._PARSER is not mine and found.blocks[0].name == "child" else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert outline("def parent(): pass\n").blocks[0].name == "parent"


def test_an_outline_is_plain_data():
    """The parser process returns JSON with exactly the fields of `Outline`."""
    plain = child.outline(REFERENCE.read_text(encoding="utf-8"))

    assert {"problem", *json.loads(json.dumps(plain))} == {*source.Outline.__struct_fields__}
    assert sys.modules["grading.submission.outline"] is child
