"""Tests of the parser for headers of mistaken submissions."""

import pytest

from tests.headers import Expected, HeaderError, Name, read_header

EXPECT = "# expect: evaluation wrong-scale\n"


def test_a_header_ends_at_the_first_other_line():
    """Lines up to the first one that is not `# key: value` are read; later comments are ignored."""
    header = read_header(
        b"# expect: evaluation wrong-scale.per-cent\n"
        b"# expect: weighted-loss crash | import-error\n"
        b"# points: evaluation 17.5\n"
        b"# whole: make_loss is missing\n"
        b"# about: a sum: not the mean\n"
        b"import torch\n"
        b"# later: a comment\n"
    )

    assert header.expected == (
        Expected(criterion="evaluation", names=(Name(mistake="wrong-scale", variant="per-cent"),)),
        Expected(
            criterion="weighted-loss",
            names=(Name(mistake="crash", variant=None), Name(mistake="import-error", variant=None)),
        ),
    )
    assert header.points == {"evaluation": 17.5}
    assert header.is_whole
    assert header.criteria == {"evaluation", "weighted-loss"}


def test_a_header_of_one_line_is_valid():
    """A header of one line is valid; without `whole`, the reference's functions are added."""
    assert not read_header(EXPECT.encode()).is_whole


def test_the_header_of_a_file_that_is_not_utf_8_is_read():
    """The header of a file that is not UTF-8 can be read."""
    assert read_header(EXPECT.encode() + b"# caf\xe9\n").criteria == {"evaluation"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no line '# expect: "),
        ("import torch\n" + EXPECT, "no line '# expect: "),
        ("#expect: evaluation wrong-scale\n", "no line '# expect: "),
        ("# whole: evaluate is missing\n", "no line '# expect: "),
        (EXPECT + "# expects: evaluation crash\n", "unknown key 'expects'; use one of expect, points, whole, about"),
        (EXPECT + "# whole: one\n# whole: two\n", "'whole' is there 2 times; keep one"),
        (EXPECT + EXPECT, "the same mistake is expected twice"),
        ("# expect: evaluation\n", "got 'evaluation'"),
        ("# expect: evaluation crash, timeout\n", "got 'evaluation crash, timeout'"),
        ("# expect: evaluation wrong-scale.a.b\n", "got 'evaluation wrong-scale.a.b'"),
        (EXPECT + "# points: 17\n", "points: must be CRITERION POINTS, got '17'"),
        (EXPECT + "# points: evaluation many\n", "got 'evaluation many'"),
    ],
)
def test_an_invalid_header_is_refused(text: str, reason: str):
    """The error for an invalid header contains the invalid text and the reason."""
    with pytest.raises(HeaderError) as error:
        read_header(text.encode())

    assert reason in str(error.value)
