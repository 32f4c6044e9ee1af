"""Python sources that nobody has vouched for: their text, their outline, and what they may cost."""

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
def test_three_encodings_are_read_under_each_of_their_names(name: str):
    """A cookie of UTF-8, Latin-1 or ASCII decides how a source is decoded, as in Python."""
    codec = "utf-8" if name in UTF_8 else "latin-1" if name in LATIN_1 else "ascii"
    letter = "e" if codec == "ascii" else "é"
    content = f"# -*- coding: {name} -*-\nx = '{letter}'\n".encode(codec)

    decoded = decode(content)

    assert decoded.encoding == ""
    assert decoded.text.splitlines()[1] == f"x = '{letter}'"
    found: dict[str, str] = {}
    exec(compile(content, "x", "exec"), found)  # noqa: S102 - ours
    assert found["x"] == letter


@pytest.mark.parametrize("name", ["punycode", "cp1252", "utf-7", "utf-16", "unicode_escape", "rot13", "idna"])
@pytest.mark.parametrize(
    "head", ["# coding: {}\n", "\n# vim: set fileencoding={} :\n", "\r# coding={}\r", "\f#coding:{}\n"]
)
def test_no_other_codec_is_run(name: str, head: str):
    """Another encoding is named, and what is shown is the file as UTF-8: wherever Python would find the cookie."""
    decoded = decode(head.format(name).encode() + b"x = 1\n")

    assert decoded.encoding.replace("-", "").replace("_", "") == name.replace("-", "").replace("_", "")
    assert decoded.text.endswith("x = 1\n")


@pytest.mark.parametrize(
    "head", ["x = 1\n# coding: punycode\n", "\n\n# coding: punycode\n", "#\r#\r# coding: punycode\r"]
)
def test_a_cookie_that_python_ignores_is_ignored(head: str):
    """Python looks for an encoding in the comments of the first two lines alone."""
    content = f"{head}y = 2\n".encode()

    compile(content, "x", "exec")

    assert decode(content).encoding == ""


def test_a_byte_order_mark_is_no_text():
    """UTF-8 with a byte order mark reads like UTF-8 without."""
    assert decode("\ufeffx = 'é'\r\n".encode()).text == "x = 'é'\n"


def test_every_line_end_is_a_line_feed():
    """Lines are numbered as Python numbers them."""
    assert decode(b"a\r\nb\rc\n").text == "a\nb\nc\n"


def test_what_cannot_be_decoded_is_replaced():
    """A file that is not in its encoding, or in one that nobody knows, is shown as far as it can be."""
    assert decode(b"x = '\xff'\n").text == "x = '\ufffd'\n"
    assert decode(b"# coding: nonsense\nx = '\xc3\xa9'\n").text.endswith("x = 'é'\n")


def test_an_outline_holds_imports_definitions_words_and_numbers():
    """All that flags, line numbers and likeness are made of."""
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
def test_what_is_no_python_has_an_empty_outline(text: str):
    """A syntax error is no error of the reader's."""
    found = outline(text)

    assert (found.problem, found.imports, found.blocks, found.statements) == (child.NOT_PYTHON, [], [], frozenset())


# Each is too much for the parser in a way of its own: time, memory, nesting, or the size of the tree.
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
    """It is given up, and costs the next one nothing."""
    found = outline(OVER_LIMITS[case])

    assert found.is_over_limits
    assert (found.imports, found.blocks, found.statements) == ([], [], frozenset())
    honest = f"# after {case}\n" + "x = 'text'\n" * 10_000 + "def f(): pass\n"
    assert [block.name for block in outline(honest).blocks] == ["f", ""]


def test_no_process_outlives_a_source_that_it_could_not_read():
    """After some of them the parser of CPython 3.12 and 3.13 keeps all the memory that it may have."""
    outline("x = 'ordinary'\n")
    kept = source._PARSER._running
    outline("x = (  # not closed\n")

    assert kept is not None
    assert source._PARSER._running is None
    assert kept[0].returncode == 0


@pytest.mark.parametrize("path", [REFERENCE, ROOT / "grading" / "scoring" / "score.py"], ids=lambda path: path.stem)
def test_as_much_ordinary_code_as_is_read_has_an_outline(path: Path):
    """The limits are for no honest submission, be it 256 KiB of dense code."""
    code = path.read_text(encoding="utf-8")

    assert outline(code * (MAX_FILE_BYTES // len(code.encode()))).problem == ""


def test_a_source_is_parsed_once():
    """However often a grading asks for it."""
    text = "def once(): pass\n"
    first = outline(text)

    assert outline("".join(list(text))) is first


def test_a_process_that_does_not_work_is_the_graders_own_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No submission is blamed for it."""
    broken = tmp_path / "outline.py"
    broken.write_text("raise SystemExit(1)\n", encoding="utf-8")
    source.close()
    monkeypatch.setattr(child, "__file__", str(broken))

    with pytest.raises(GradingError, match="status 1"):
        outline("x = 'a source for a process that does not work'\n")


def test_a_fork_has_a_process_of_its_own():
    """Two that ask one process would get each other's outlines."""
    outline("x = 'before the fork'\n")
    mine = source._PARSER
    pid = os.fork()
    if pid == 0:
        found = outline("def child(): pass\n")
        os._exit(0 if source._PARSER is not mine and found.blocks[0].name == "child" else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert outline("def parent(): pass\n").blocks[0].name == "parent"


def test_an_outline_is_plain_data():
    """What crosses from the process that parses is JSON, and has the fields of the record it is read as."""
    plain = child.outline(REFERENCE.read_text(encoding="utf-8"))

    assert {"problem", *json.loads(json.dumps(plain))} == {*source.Outline.__struct_fields__}
    assert sys.modules["grading.submission.outline"] is child
