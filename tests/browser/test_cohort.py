"""Tests of cohort.html with a thousand rows: sorting, filters, links, and names that contain markup."""

import json
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page

from grading.content.load import Assignment
from grading.render import to_json
from grading.render.html.cohort import Entry, Group, Item, distribution, to_cohort_html
from grading.scoring.grade import Grade
from grading.scoring.records import Scorecard
from tests.browser.conftest import Open
from tests.compose import compose
from tests.conftest import ROOT
from tests.conftest import Grade as GradeSource

HOSTILE = '"><script>window.ran = 1</script><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def card(grade: GradeSource) -> Scorecard:
    """Return the scorecard of a submission with mistakes."""
    source = (ROOT / "tests/submissions/weighted_loss/mistaken/wrong_sqrt_ratio.py").read_text(encoding="utf-8")
    return grade(compose(source))


@pytest.fixture(scope="module")
def path(card: Scorecard, assignment: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page of a thousand submissions and return its path."""
    rubric = assignment.rubric("mid")
    plain = json.loads(to_json(card, []))
    entries = []
    for number in range(1000):
        points = float(number % 86)
        verdict = "pass" if points >= 70 else "needs-review" if points >= 55 else "fail"
        grade = {**plain, "verdict": verdict, "score": {**plain["score"], "automatic": points}}
        if number % 2:
            grade["mistakes"] = []
        name = HOSTILE if number == 7 else f"candidate {number}"
        entries.append(Entry(name=name, grade=msgspec.convert(grade, type=Grade)))
    entries.append(Entry(name="lost", grade=None, problem="<b>it cannot be read</b>"))
    items = [Item(criterion=c.id, test=None, difficulty=0.5, discrimination=None) for c in rubric.criterion if c.tests]
    items.append(Item(criterion="", test="mean_over_the_batch", difficulty=0.9, discrimination=-0.2))
    mistakes = {("weighted-loss", "wrong-pos-weight", "pos_weight is not n_neg / n_pos"): 500}
    text = to_cohort_html(
        entries,
        rubric,
        figure=distribution([entry.grade.score.automatic for entry in entries if entry.grade is not None], rubric),
        items=items,
        mistakes=mistakes,
        groups=[Group(names=["candidate 1", HOSTILE], least=0.7)],
        left_out={"similar": f"Left out here: {HOSTILE} (ValueError)."},
    )
    path = tmp_path_factory.mktemp("cohort") / "cohort.html"
    path.write_text(text, encoding="utf-8")
    return path


def column(page: Page, number: int) -> list[str]:
    """Return the texts of a column, in visible rows only."""
    texts: list[str] = page.evaluate(
        "n => [...document.querySelectorAll('#table tbody tr:not([hidden])')].map(row => row.cells[n].textContent)",
        number,
    )
    return texts


def test_a_heading_sorts_up_and_down(path: Path, look_at: Open):
    """A click on a heading sorts a thousand rows by value, and `aria-sort` reports the direction."""
    page = look_at(path)
    heading = page.get_by_role("columnheader", name="Automatic")

    heading.get_by_role("button").click()

    assert heading.get_attribute("aria-sort") == "ascending"
    points = [float(text) for text in column(page, 2) if text]
    assert len(points) == 1000
    assert points == sorted(points)
    heading.get_by_role("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    points = [float(text) for text in column(page, 2) if text]
    assert points == sorted(points, reverse=True)
    page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    assert heading.get_attribute("aria-sort") is None
    names = [name.lower() for name in column(page, 0)]
    assert names == sorted(names)


def test_filters_narrow_down_together(path: Path, look_at: Open):
    """Filters by text, verdict and mistake combine, and the page shows the number of matches."""
    page = look_at(path)

    page.get_by_label("Verdict").select_option("pass")
    assert set(column(page, 1)) == {"pass"}
    page.locator("#mistake").select_option("wrong-pos-weight")
    page.get_by_label("Name or mistake").fill("candidate 7")

    names = column(page, 0)
    assert names
    assert all("candidate 7" in name for name in names)
    assert page.evaluate("document.getElementById('shown').value") == f"{len(names)} of 1001 shown"
    page.get_by_label("Name or mistake").fill("")
    page.locator("#mistake").select_option("all")
    page.get_by_label("Verdict").select_option("no score")
    assert column(page, 0) == ["lost"]


def test_names_link_to_summaries_only(path: Path, look_at: Open):
    """The link of a name is a path below the page's folder, whatever the name contains, and no script in it runs."""
    page = look_at(path)
    page.wait_for_timeout(200)

    links = page.evaluate("[...document.querySelectorAll('tbody th a')].map(a => a.href)")
    assert len(links) == 1000
    assert all(link.startswith(path.parent.as_uri() + "/") and link.endswith("/summary.html") for link in links)
    assert page.evaluate("window.ran") is None
    assert HOSTILE in column(page, 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(scheme: str, path: Path, look_at: Open, axe: str):
    """axe-core finds no violation on the page of a cohort, in light and dark mode."""
    page = look_at(path, color_scheme=scheme)
    page.get_by_label("Name or mistake").fill("candidate 7")
    page.evaluate(axe)

    found = page.evaluate("axe.run()")

    assert [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found["violations"]] == []


def test_the_distribution_has_the_pass_line(path: Path, look_at: Open):
    """The text alternative of the distribution names the passing mark."""
    page = look_at(path)

    text = str(page.locator("figure img").get_attribute("alt"))
    assert "pass without a review" in text
    assert page.get_by_text("check", exact=True).count() == 1


def test_the_page_says_what_is_left_out(path: Path, look_at: Open):
    """The warning about missing parts is shown as text, in the section that it refers to."""
    page = look_at(path)

    assert page.locator("#similar + p.warning").text_content() == f"Left out here: {HOSTILE} (ValueError)."
    assert page.locator("p.warning").count() == 1
