"""summary.html as a reviewer uses it: reading, scoring, saving; and what a hostile submission makes of it."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from grading.cli import main
from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.pipeline.grade import grade as grade_whole
from grading.render.summary import HELD
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
    """Grade with everything that a page shows."""
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
    """The pages of a submission with three mistakes."""
    folder = tmp_path_factory.mktemp("example")
    graded(EXAMPLE, assignment, sandbox, folder)
    return folder


@pytest.fixture(scope="session")
def hostile(assignment: Assignment, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a submission with markup wherever one can write."""
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
    """Return what the form says of the score."""
    return str(page.evaluate("document.getElementById('total').value"))


def save(page: Page, to: Path) -> Path:
    """Save the review file as a reviewer does."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the review file").click()
    assert download.value.suggested_filename == "review-example.toml"
    download.value.save_as(to)
    return to


@pytest.mark.parametrize(
    ("quality", "discussion"), [("0", "0"), ("10", "5"), ("1", "0"), ("0.5", "0.49"), ("7.25", "2.5")]
)
def test_the_live_total_is_the_graders_own(
    quality: str, discussion: str, out: Path, tmp_path: Path, look_at: Open, capsys: pytest.CaptureFixture[str]
):
    """Points, verdict and the saved file: what the form says is what `score --review` makes of it."""
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


def test_what_is_open_stays_open(out: Path, tmp_path: Path, look_at: Open):
    """A criterion without points, or with too many, is not counted; and nothing is saved without a name."""
    page = look_at(out / "summary.html")

    assert total(page) == "At least 69 of 100: needs review, 2 still open"
    page.get_by_label("Code Quality, 0 to 10").fill("11")
    assert total(page).endswith("2 still open")
    page.get_by_label("Code Quality, 0 to 10").fill("1")
    assert total(page) == "At least 70 of 100: pass, 1 still open"
    page.get_by_role("button", name="Save the review file").click()
    assert page.evaluate("document.activeElement.id") == "reviewer"
    page.get_by_label("Your name").fill("Rosa")
    review = read_review(save(page, tmp_path / "review.toml"), Assignment(ROOT).rubric("mid"))
    assert review.points == {"code-quality": 1}


def test_a_critical_mistake_needs_every_point(assignment: Assignment, sandbox: Sandbox, tmp_path: Path, look_at: Open):
    """Beyond the passing mark the live total still says that it needs a review, until no point is open."""
    case = mistaken_case(ROOT / "tests/submissions/evaluation/mistaken/accuracy_everywhere.py", assignment)
    card = graded(case.write(tmp_path / "handed-in"), assignment, sandbox, tmp_path)
    earned = card.points(ScoredBy.TESTS) or 0.0
    page = look_at(tmp_path / "summary.html")

    assert earned >= card.rubric.passing
    assert total(page) == f"At least {earned:g} of 100: needs review, 2 still open"
    assert page.get_by_text(HELD).is_visible()
    page.get_by_label("Code Quality, 0 to 10").fill("1")
    page.get_by_label("Discussion, 0 to 5").fill("0")
    assert total(page) == f"{earned + 1:g} of 100: pass"


def test_a_review_is_shown_again(out: Path, tmp_path: Path, look_at: Open):
    """Scored with a sheet, the page shows its points, and hints of an interview are kept when it is saved anew."""
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
    """The link of a mistake leads to its line of the candidate's code, and the mistake is told there."""
    page = look_at(out / "summary.html")
    link = page.locator("#mistakes ~ ul a").first

    link.click()

    line = page.locator(":target")
    assert link.inner_text() == f"assignment/exercise.py, line {line.locator('.at').inner_text()}"
    assert line.locator("xpath=..").locator(".finding").count() >= 1


def test_the_reference_is_beside_on_demand(out: Path, look_at: Open):
    """Folded away until it is asked for, by the keyboard too."""
    page = look_at(out / "summary.html")
    diff = page.locator(".diff")

    assert not diff.is_visible()
    page.locator("summary", has_text="Beside the reference").focus()
    page.keyboard.press("Enter")

    assert diff.is_visible()
    assert diff.locator("td.mine").count() and diff.locator("td.theirs").count()


def test_what_the_model_does_is_drawn(out: Path, look_at: Open):
    """Four figures, each told in words as well."""
    page = look_at(out / "summary.html")
    images = page.locator("figure img")

    assert images.count() == 4
    for image in images.all():
        assert len(str(image.get_attribute("alt"))) > 50
        assert image.evaluate("image => image.complete && image.naturalWidth") > 100


def test_hostile_content_runs_nothing(hostile: Path, look_at: Open):
    """Markup is shown as it was written; there is one script, and it is ours."""
    page = look_at(hostile / "summary.html")
    page.wait_for_timeout(300)

    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.scripts.length") == 1
    assert page.evaluate("document.querySelectorAll('main img:not([src^=\"data:image/svg\"])').length") == 0
    assert page.evaluate("[...document.links].filter(a => !a.getAttribute('href').startsWith('#')).length") == 0
    assert "<script>alert(1)</script>" in page.locator(".answer").first.inner_text()
    assert "\u202e" not in page.content()
    assert page.get_by_role("heading", level=1).inner_text() == "'><script>alert(1)<|script>&lt;"


def test_nothing_else_could_run_either(out: Path, browser_page: Page):
    """What the policy refuses: another script, a handler, a style, an image from elsewhere, a form's address."""
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
    """A page whose complaints are expected."""
    return browser.new_page()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("which", ["out", "hostile"])
def test_it_is_accessible(which: str, mode: str, look_at: Open, axe: str, request: pytest.FixtureRequest):
    """No violation that axe-core finds, with everything unfolded."""
    page = look_at(request.getfixturevalue(which) / "summary.html", **MODES[mode])
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.evaluate(axe)

    found = page.evaluate("axe.run()")

    assert [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found["violations"]] == []
    assert len(found["passes"]) > 20


def test_it_is_readable_on_a_telephone(out: Path, look_at: Open):
    """Nothing is wider than the screen but what scrolls by itself."""
    page = look_at(out / "summary.html", **MODES["narrow"])

    assert page.evaluate("document.documentElement.scrollWidth") <= 390 + 1


def test_the_keyboard_reaches_everything(out: Path, look_at: Open):
    """The first stop skips to the score; the form is filled in and saved without a mouse."""
    page = look_at(out / "summary.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"

    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.tagName"))

    assert {"reviewer", "points-code-quality", "comment-discussion", "BUTTON", "SUMMARY"} <= seen


def test_it_prints_on_two_pages(out: Path, look_at: Open):
    """A4: verdict, criteria, mistakes, tests and figures."""
    page = look_at(out / "summary.html")

    pdf = page.pdf(prefer_css_page_size=True)

    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 2
