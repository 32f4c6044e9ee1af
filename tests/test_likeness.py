"""Submissions that are alike: whatever one of them holds, the others are compared."""

import pytest

from grading.cohort.similarity import alike, groups

COPIED = "".join(f"def f{n}(x):\n    y = x + {n}\n    return y * {n}\n\n\n" for n in range(3, 12))
# Each ended the comparison of everybody.
ODD = {
    "a long number in base sixteen": f"x = 0x{'f' * 5000}\n",
    "a sum": f"x = {'1 + ' * 1200}1\n",
    "conditions": f"x = {'a and not ' * 900}a\n",
    "calls of calls": f"x = {'f(' * 90}1{')' * 90}\n",
    "attributes": f"x = a{'.b' * 900}\n",
    "more than is parsed": f"x = {'1 + ' * 50_000}1\n",
    "a name with combining marks": "a" + "".join(chr(0x300 + n % 50) for n in range(120_000)),
    "no Python": "def",
}


@pytest.mark.parametrize("case", ODD)
def test_an_odd_source_stops_no_comparison(case: str):
    """Two that are alike are found beside it."""
    sources = {"one": COPIED, "two": f"# mine\n{COPIED}", "odd": ODD[case]}

    assert groups(alike(sources, [])) == [["one", "two"]]


@pytest.mark.parametrize("case", ["a long number in base sixteen", "a sum", "attributes"])
def test_an_odd_statement_is_a_statement(case: str):
    """Two that share it are alike in it as in any other."""
    different = [f"z{n} = {n} * name{n}\n" for n in range(12)]
    sources = {"one": ODD[case] + "".join(different[:5]), "two": ODD[case] + "".join(different[:5])}

    (pair,) = alike(sources, [])

    assert pair.shared == 6
