"""Tests of summary.html as a reviewer uses it: reading, scoring, saving, and markup in a hostile submission."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from grading.cli import main
from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.pipeline.grade import grade as grade_whole
from grading.render.summary import HELD_NOTE
from grading.run.grading_run import GradingRun
from grading.sandbox.calls import Sandbox
from grading.scoring.records import Scorecard
from grading.scoring.review import read_review
from grading.submission.read import read_submission
from tests.attacks.test_repository import MARKUP
from tests.browser.conftest import Open
from tests.cases import mistaken_case
from tests.compose import compose
from tests.conftest import ROOT

EXAMPLE = ROOT / "tests" / "submissions" / "example"
MODES: dict[str, dict[str, object]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 390, "height": 844}},
}


def graded(path: Path, assignment: Assignment, sandbox: Sandbox, out: Path) -> Scorecard:
    """Grade a submission with figures and write its pages."""
    run = GradingRun(
        submission=read_submission(path, assignment),
        assignment=assignment,
        rubric=assignment.rubric("mid"),
        seed=1,
        figures=True,
    )
    return grade_whole(run, sandbox=sandbox, out=out, review=None)


@pytest.fixture(scope="session")
def out(assignment: Assignment, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the pages of a submission with three mistakes."""
    folder = tmp_path_factory.mktemp("example")
    graded(EXAMPLE, assignment, sandbox, folder)
    return folder


@pytest.fixture(scope="session")
def hostile(assignment: Assignment, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the pages of a submission with markup in every place that a candidate can write to."""
    folder = tmp_path_factory.mktemp("hostile") / "'><script>alert(1)<|script>&lt;"
    (folder / "assignment").mkdir(parents=True)
    one_line = MARKUP.replace("\u2028", " ")
    source = compose(
        f"def make_loss(train_labels):\n    # </code></script>{one_line}\n    raise ValueError({MARKUP!r})\n"
    )
    (folder / "assignment" / "exercise.py").write_text(source, encoding="utf-8")
    answers = "".join(f"## {n}. x\n\n{MARKUP}\n</div><script>window.ran = 1</script>\n" for n in range(1, 9))
    (folder / "assignment" / "DISCUSSION.md").write_text(answers, encoding="utf-8")
    out = tmp_path_factory.mktemp("hostile-out")
    graded(folder, assignment, sandbox, out)
    return out


def total(page: Page) -> str:
    """Return the score that the form shows."""
    return str(page.evaluate("document.getElementById('total').value"))


def save(page: Page, to: Path) -> Path:
    """Save the review file as a reviewer does, and return its path."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the review sheet").click()
    assert download.value.suggested_filename == "review-example.toml"
    download.value.save_as(to)
    return to


@pytest.mark.parametrize(
    ("quality", "discussion"), [("0", "0"), ("10", "5"), ("1", "0"), ("0.5", "0.49"), ("7.25", "2.5")]
)
def test_the_live_total_equals_the_graders_total(
    quality: str, discussion: str, out: Path, tmp_path: Path, look_at: Open, capsys: pytest.CaptureFixture[str]
):
    """The points and the verdict in the form are those that `score --review` computes from the saved file."""
    page = look_at(out / "summary.html")
    page.get_by_label("Your name").fill('Rosa "R." \\ O\'Hara \u007f')
    page.get_by_label("Code Quality, 0 to 10").fill(quality)
    page.get_by_label("Discussion, 0 to 5").fill(discussion)
    page.get_by_label("Comment on Code Quality").fill('tidy = "yes"\t[ok] # ☃')
    page.get_by_label("problem-solving").fill("80")
    told = total(page)
    sheet = save(page, tmp_path / "review.toml")

    assert main(["score", str(out / "report.json"), "--review", str(sheet), "--out", str(tmp_path)]) == 0

    capsys.readouterr()
    grade = json.loads((tmp_path / "grade.json").read_text())
    verdict = grade["verdict"].replace("-", " ")
    assert told == f"{grade['score']['total']:g} of 100: {verdict}; impression 80 %"
    review = read_review(sheet, Assignment(ROOT).rubric("mid"))
    assert review.reviewer == 'Rosa "R." \\ O\'Hara \u007f'
    assert review.comments["code-quality"] == 'tidy = "yes"\t[ok] # ☃'
    assert review.dimensions == {"problem-solving": 80}


def test_criteria_without_valid_points_stay_open(out: Path, tmp_path: Path, look_at: Open):
    """A criterion without points, or with too many, is not counted, and a review without a name is not saved."""
    page = look_at(out / "summary.html")

    assert total(page) == "At least 69 of 100: needs review, 2 still open"
    page.get_by_label("Code Quality, 0 to 10").fill("11")
    assert total(page).endswith("2 still open")
    page.get_by_label("Code Quality, 0 to 10").fill("1")
    assert total(page) == "At least 70 of 100: pass, 1 still open"
    page.get_by_role("button", name="Save the review sheet").click()
    assert page.evaluate("document.activeElement.id") == "reviewer"
    page.get_by_label("Your name").fill("Rosa")
    review = read_review(save(page, tmp_path / "review.toml"), Assignment(ROOT).rubric("mid"))
    assert review.points == {"code-quality": 1}


def test_a_critical_mistake_needs_every_point(assignment: Assignment, sandbox: Sandbox, tmp_path: Path, look_at: Open):
    """A critical mistake needs a review until every point is given, even if the points reach the passing mark."""
    case = mistaken_case(ROOT / "tests/submissions/evaluation/mistaken/accuracy_everywhere.py", assignment)
    card = graded(case.write(tmp_path / "handed-in"), assignment, sandbox, tmp_path)
    earned = card.points(ScoredBy.TESTS) or 0.0
    page = look_at(tmp_path / "summary.html")

    assert earned >= card.rubric.passing
    assert total(page) == f"At least {earned:g} of 100: needs review, 2 still open"
    assert page.get_by_text(HELD_NOTE).is_visible()
    page.get_by_label("Code Quality, 0 to 10").fill("1")
    page.get_by_label("Discussion, 0 to 5").fill("0")
    assert total(page) == f"{earned + 1:g} of 100: pass"


def test_a_review_is_shown_again(out: Path, tmp_path: Path, look_at: Open):
    """A page scored with a sheet shows its points, and a sheet saved from it keeps the hints of an interview."""
    sheet = tmp_path / "review.toml"
    sheet.write_text(
        'submission = "example"\nlevel = "mid"\nreviewer = "Rosa"\nhints = ["minute 3: look </script>"]\n'
        'observed = ["checked shapes"]\n[[criterion]]\nid = "code-quality"\npoints = 7.5\ncomment = "<b>fine</b>"\n'
    )
    assignment = Assignment(ROOT)
    assert main(["score", str(out / "report.json"), "--review", str(sheet), "--out", str(tmp_path)]) == 0

    page = look_at(tmp_path / "summary.html")

    assert page.get_by_label("Code Quality, 0 to 10").input_value() == "7.5"
    assert page.get_by_label("Comment on Code Quality").input_value() == "<b>fine</b>"
    assert page.get_by_text("minute 3: look </script>").is_visible()
    again = read_review(save(page, tmp_path / "again.toml"), assignment.rubric("mid"))
    assert again.hints == ["minute 3: look </script>"]
    assert (again.points, again.observed) == ({"code-quality": 7.5}, ["checked shapes"])


def test_each_finding_is_at_its_line(out: Path, look_at: Open):
    """The link of a mistake leads to its line of the candidate's code, which shows the mistake."""
    page = look_at(out / "summary.html")
    link = page.locator("#mistakes ~ ul a").first

    link.click()

    line = page.locator(":target")
    assert link.inner_text() == f"assignment/exercise.py, line {line.locator('.at').inner_text()}"
    assert line.locator("xpath=..").locator(".finding").count() >= 1


def test_the_comparison_with_the_reference_can_be_expanded(out: Path, look_at: Open):
    """The comparison with the reference is collapsed until it is opened, which the keyboard can do as well."""
    page = look_at(out / "summary.html")
    diff = page.locator(".diff")

    assert not diff.is_visible()
    page.locator("summary", has_text="Differences from the reference").focus()
    page.keyboard.press("Enter")

    assert diff.is_visible()
    assert diff.locator("td.mine").count() and diff.locator("td.theirs").count()


def test_the_page_has_four_figures(out: Path, look_at: Open):
    """The summary has four figures, each with a text alternative."""
    page = look_at(out / "summary.html")
    images = page.locator("figure img")

    assert images.count() == 4
    for image in images.all():
        assert len(str(image.get_attribute("alt"))) > 50
        assert image.evaluate("image => image.complete && image.naturalWidth") > 100


def test_hostile_content_runs_nothing(hostile: Path, look_at: Open):
    """Markup in the submission is shown as text, and the page's own script is the only one."""
    page = look_at(hostile / "summary.html")
    page.wait_for_timeout(300)

    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.scripts.length") == 1
    assert page.evaluate("document.querySelectorAll('main img:not([src^=\"data:image/svg\"])').length") == 0
    assert page.evaluate("[...document.links].filter(a => !a.getAttribute('href').startsWith('#')).length") == 0
    assert "<script>alert(1)</script>" in page.locator(".answer").first.inner_text()
    assert "\u202e" not in page.content()
    assert page.get_by_role("heading", level=1).inner_text() == "'><script>alert(1)<|script>&lt;"


def test_the_content_security_policy_blocks_other_content(out: Path, browser_page: Page):
    """The content security policy blocks other scripts, event handlers, styles and external images."""
    page = browser_page
    page.goto((out / "summary.html").as_uri())
    refused: dict[str, str | None] = {}
    page.on("requestfailed", lambda request: refused.update({request.url: request.failure}))
    page.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.ran = 1';
          const image = document.createElement('img');
          image.setAttribute('onerror', 'window.ran = 2');
          image.src = 'http://192.0.2.1/x.png';
          document.body.append(script, image);
          document.body.insertAdjacentHTML('beforeend', '<p style="color: red" id="styled">x</p>');
        }"""
    )
    page.wait_for_timeout(500)

    assert page.evaluate("window.ran") is None
    assert page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(255, 0, 0)"
    assert refused == {"http://192.0.2.1/x.png": "csp"}


@pytest.fixture
def browser_page(browser: Browser) -> Page:
    """Return a page whose errors are not checked."""
    return browser.new_page()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("which", ["out", "hostile"])
def test_it_is_accessible(which: str, mode: str, look_at: Open, axe: str, request: pytest.FixtureRequest):
    """axe-core finds no violation in a summary with every section expanded."""
    page = look_at(request.getfixturevalue(which) / "summary.html", **MODES[mode])
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.evaluate(axe)

    found = page.evaluate("axe.run()")

    assert [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found["violations"]] == []
    assert len(found["passes"]) > 20


def test_it_fits_a_narrow_screen(out: Path, look_at: Open):
    """No element of the summary is wider than a narrow screen, except elements that scroll."""
    page = look_at(out / "summary.html", **MODES["narrow"])

    assert page.evaluate("document.documentElement.scrollWidth") <= 390 + 1


def test_the_keyboard_reaches_everything(out: Path, look_at: Open):
    """The first Tab stop skips to the score, and every form field can be reached without a mouse."""
    page = look_at(out / "summary.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"

    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.tagName"))

    assert {"reviewer", "points-code-quality", "comment-discussion", "BUTTON", "SUMMARY"} <= seen


def test_it_prints_on_two_pages(out: Path, look_at: Open):
    """The summary fits on two printed A4 pages."""
    page = look_at(out / "summary.html")

    pdf = page.pdf(prefer_css_page_size=True)

    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 2
