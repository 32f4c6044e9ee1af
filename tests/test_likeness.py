"""Tests of the similarity report: unusual sources do not prevent the comparison of the others."""

import pytest

from grading.cohort.similarity import groups, similar_pairs

COPIED = "".join(f"def f{n}(x):\n    y = x + {n}\n    return y * {n}\n\n\n" for n in range(3, 12))
# Each of these sources once stopped the comparison of the whole cohort.
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
def test_an_unusual_source_does_not_stop_the_comparison(case: str):
    """Two similar submissions are found even if a third one is difficult to parse."""
    sources = {"one": COPIED, "two": f"# mine\n{COPIED}", "odd": ODD[case]}

    assert groups(similar_pairs(sources, [])) == [["one", "two"]]


@pytest.mark.parametrize("case", ["a long number in base sixteen", "a sum", "attributes"])
def test_an_unusual_statement_is_compared(case: str):
    """An unusual statement counts as one statement that two submissions can share."""
    different = [f"z{n} = {n} * name{n}\n" for n in range(12)]
    sources = {"one": ODD[case] + "".join(different[:5]), "two": ODD[case] + "".join(different[:5])}

    (pair,) = similar_pairs(sources, [])

    assert pair.shared == 6
