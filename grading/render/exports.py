"""Exports of a grade to Gradescope, JUnit and CSV, made from grade.json only."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from grading.content.records import ANY, Catalogue, ScoredBy
from grading.run.records import Outcome
from grading.scoring.grade import Grade, GradedCriterion

_JUNIT = {Outcome.FAILED: "failure", Outcome.ERROR: "error", Outcome.TIMEOUT: "error"}


def to_gradescope(grade: Grade, catalogue: Catalogue) -> str:
    """Return Gradescope's results.json, safe for candidates: criteria and hints, without hidden tests.

    Criteria that a reviewer has not scored yet are left out and do not count in `score`.
    Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
    """
    scored = [criterion for criterion in grade.criteria if criterion.points is not None]
    waiting = [criterion.title for criterion in grade.criteria if criterion.points is None]
    open_points = f"A reviewer still scores: {', '.join(waiting)}." if waiting else ""
    tests = [_gradescope_test(criterion, grade, catalogue) for criterion in scored]
    tests += [
        {
            "name": f"Bonus: {bonus.title}",
            "score": bonus.points or 0.0,
            # Not part of the score: a missing follow-up costs nothing.
            "max_score": 0.0,
            "output": f"{bonus.points or 0.0:g} of {bonus.max:g}, not part of the score",
            "output_format": "text",
            "visibility": "visible",
        }
        for bonus in grade.bonus
        if bonus.points
    ]
    return json.dumps(
        {
            "score": round(sum(criterion.points or 0.0 for criterion in scored), 2),
            "execution_time": round(grade.seconds),
            "output": " ".join(filter(None, [f"Verdict: {grade.verdict.value}.", open_points])),
            "output_format": "text",
            "test_output_format": "md",
            "test_name_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "extra_data": {"level": grade.level, "verdict": grade.verdict.value, "commit": grade.submission.commit},
            "tests": tests,
        },
        indent=2,
    )


def _gradescope_test(criterion: GradedCriterion, grade: Grade, catalogue: Catalogue) -> dict[str, Any]:
    whole = criterion.points == criterion.max
    found = [
        mistake
        for mistake in grade.mistakes
        if criterion.scored_by is ScoredBy.TESTS and mistake.criterion in (criterion.id, ANY)
    ]
    hints = [f"**{m.title}.** {catalogue(m.criterion, m.id).hint}" for m in found]
    status = {"status": "passed" if whole else "failed"} if criterion.tests else {}
    return {
        "name": criterion.title,
        "score": criterion.points,
        "max_score": criterion.max,
        **status,
        "output": "\n\n".join(hints) or ("All checks passed." if whole else "Scored by a reviewer."),
        "output_format": "md",
        "visibility": "visible",
    }


def to_junit(grade: Grade) -> str:
    """Return JUnit XML: a suite per criterion, a case per hidden test. Only for reviewers, since it names hidden tests.

    Source: https://github.com/testmoapp/junitxml
    """
    root = ElementTree.Element("testsuites", name=_plain(grade.submission.name), time=f"{grade.seconds:.3f}")
    for criterion in grade.criteria:
        if not criterion.tests:
            continue
        suite = ElementTree.SubElement(root, "testsuite", name=criterion.title, tests=str(len(criterion.tests)))
        counts = {"failure": 0, "error": 0}
        for test in criterion.tests:
            case = ElementTree.SubElement(suite, "testcase", classname=criterion.id, name=test.id)
            if test.outcome in _JUNIT:
                kind, outcome = _JUNIT[test.outcome], test.outcome.value
                counts[kind] += 1
                mistakes = ", ".join(test.mistakes) or "unnamed"
                message = f"{outcome}, {test.points:g} of {test.max:g} points: {mistakes}"
                ElementTree.SubElement(case, kind, message=message, type=outcome)
        suite.set("failures", str(counts["failure"]))
        suite.set("errors", str(counts["error"]))
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def to_csv(grades: Sequence[Grade]) -> str:
    """Return one row per grade; a criterion that is open, or that only other levels have, is empty."""
    criteria = list(dict.fromkeys(criterion.id for grade in grades for criterion in grade.criteria))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "commit", "level", "verdict", "automatic", "reviewer", "total", *criteria, "mistakes"])
    for grade in grades:
        points = {criterion.id: criterion.points for criterion in grade.criteria}
        score = grade.score
        cells: list[object] = [grade.submission.name, grade.submission.commit, grade.level, grade.verdict.value]
        cells += [score.automatic, score.reviewer, score.total, *(points.get(id_) for id_ in criteria)]
        cells.append(" ".join(f"{mistake.criterion}:{mistake.id}" for mistake in grade.mistakes))
        writer.writerow(map(cell, cells))
    return text.getvalue()


def cell(value: object) -> object:
    """Return a spreadsheet cell: text that would be interpreted as a formula is quoted, None becomes an empty cell."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _plain(text: str) -> str:
    """Return a text without characters that XML 1.0 cannot represent."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
