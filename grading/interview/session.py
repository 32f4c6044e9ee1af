"""Guides an interviewer through a live interview: every command is a letter, and every change is saved at once."""

import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from grading.content.load import Assignment
from grading.content.records import Interview, Question, Rubric, ScoredBy
from grading.errors import UsageError
from grading.files import write_atomically
from grading.interview.record import InterviewRecord, RatedAnswer, load, to_json, to_review
from grading.scoring.review import write_sheet

RECORD, REVIEW = "interview.json", "review.toml"
_MENU = (
    ("s", "set-up check"),
    ("i", "introduction, to read out"),
    ("t", "start or stop the timer"),
    ("o", "observations and red flags"),
    ("h", "give the next hint"),
    ("d", "the questions, with the answer key"),
    ("p", "points and dimensions"),
    ("c", "comment"),
    ("w", "write the review sheet"),
    ("q", "save and quit"),
)


@dataclass(kw_only=True)
class Session:
    """One interview, new or resumed."""

    folder: Path
    record: InterviewRecord
    rubric: Rubric
    interview: Interview
    questions: Sequence[Question]
    console: Console
    clock: Callable[[], float] = time.time
    _input_ended: bool = False  # standard input has ended
    _quit_question: bool = False  # the last question was answered with `q`

    def run(self) -> None:
        """Run commands until the interviewer quits."""
        actions: dict[str, Callable[[], None]] = {
            "s": self._check,
            "i": self._introduce,
            "t": self._time,
            "o": self._observe,
            "h": self._hint,
            "d": self._discuss,
            "p": self._score,
            "c": self._comment,
            "w": self._write,
        }
        self._save()
        self._menu()
        try:
            while (command := self._ask("\\[command]").lower()) != "q" and not self._input_ended:
                actions.get(command[:1], self._menu)()
                self._save()
        except KeyboardInterrupt:
            self.console.print()
        self._save()
        self._say(f"Saved in {self.folder / RECORD}; run the same command again to resume.")

    def _menu(self) -> None:
        table = Table(box=None, show_header=False)
        for key, text in _MENU:
            table.add_row(f"[bold]{key}[/]", text)
        title = f"{self.record.candidate}, level {self.record.level} ({self.rubric.time_box})"
        self.console.print(Panel(table, title=escape(title), subtitle=self._clock_text(), expand=False))

    def _check(self) -> None:
        for number, text in enumerate(self.interview.check):
            done = number in self.record.checked
            if self._yes(f"{text}{' (done)' if done else ''}?") and not done:
                self.record.checked.append(number)
                self._save()
        self._say(f"{len(self.record.checked)} of {len(self.interview.check)} done.")

    def _introduce(self) -> None:
        self.console.print(Panel(escape(self.interview.introduction.strip()), title="read aloud", expand=False))

    def _time(self) -> None:
        now = self.clock()
        if self.record.running_since is None:
            self.record.running_since = now
        else:
            self.record.seconds, self.record.running_since = self.record.elapsed(now), None
        self._say(self._clock_text())

    def _observe(self) -> None:
        table = Table(box=None, show_header=False)
        for number, mark in enumerate(self.interview.observation, start=1):
            minute = self.record.observed.get(mark.id)
            seen = "" if minute is None else f"minute {minute}"
            style = "red" if mark.kind == "red-flag" else "green"
            table.add_row(str(number), f"[{style}]{escape(mark.text)}[/]", seen)
        self.console.print(table)
        for part in self._ask("numbers to mark or unmark").replace(",", " ").split():
            if not part.isdecimal() or not 0 < int(part) <= len(self.interview.observation):
                self._say(f"{part} is not a number in the list.")
                continue
            id_ = self.interview.observation[int(part) - 1].id
            if id_ in self.record.observed:
                del self.record.observed[id_]
            else:
                self.record.observed[id_] = self.record.minute(self.clock())
        self._say(f"{len(self.record.observed)} observations marked.")

    def _hint(self) -> None:
        number = len(self.record.hints)
        if number == len(self.interview.hints):
            self._say("All hints have been given.")
            return
        self.console.print(Panel(escape(self.interview.hints[number]), title=f"hint {number + 1}", expand=False))
        if self._yes("Given?"):
            self.record.hints.append(self.record.minute(self.clock()))
            self._say(f"{number + 1} of {len(self.interview.hints)} given.")

    def _discuss(self) -> None:
        if not self.questions:
            self._say("There are no questions at this level.")
        for question in self.questions:
            known = self.record.answers.get(str(question.number))
            self.console.print(Panel(escape(question.answer), title=f"{question.number}. {escape(question.title)}"))
            for sign in question.good_signs:
                self.console.print(f"  [green]+[/] {escape(sign)}")
            for sign in question.red_flags:
                self.console.print(f"  [red]-[/] {escape(sign)}")
            rating = self._number(
                "rating, 0 to 100 (empty: skip, q: back to the menu)",
                100.0,
                "" if known is None else f"{known.rating:g}",
            )
            if rating is None:
                if self._quit_question:
                    return
                continue
            note = self._ask("note")
            self.record.answers[str(question.number)] = RatedAnswer(rating=rating, note=note)
            self._save()

    def _score(self) -> None:
        for criterion in self.rubric.criterion:
            if criterion.scored_by is not ScoredBy.REVIEWER:
                continue
            known = self.record.points_of(criterion, self.interview)
            current = "" if known is None else f"{known:g}"
            points = self._number(f"{criterion.title}, 0 to {criterion.points:g}", criterion.points, current)
            if points is not None:
                self.record.points[criterion.id] = points
        for name, weight in self.rubric.dimensions.items():
            suggested = self.record.dimension(name, self.interview)
            value = self._number(f"{name} (weighs {weight:g} %), 0 to 100", 100.0, f"{suggested:g}")
            if value is not None and value != suggested:
                self.record.dimensions[name] = value
        total = sum(self.record.dimension(n, self.interview) * w / 100 for n, w in self.rubric.dimensions.items())
        self._say(f"Weighted mean of the dimensions: {total:.0f} %.")

    def _comment(self) -> None:
        self.record.comment = self._ask("comment on the code", self.record.comment)

    def _write(self) -> None:
        path = self.folder / REVIEW
        write_atomically({path: write_sheet(to_review(self.record, self.rubric, self.interview), self.rubric)})
        # The candidate's name here may differ from the name of the submission's folder.
        review = f"--review {shlex.quote(str(path))} --for-anyone"
        self._say(f"{path}: python -m grading grade SUBMISSION --level {self.record.level} {review}")

    def _clock_text(self) -> str:
        minutes, seconds = divmod(int(self.record.elapsed(self.clock())), 60)
        state = "stopped" if self.record.running_since is None else "running"
        return f"timer {minutes}:{seconds:02d}, {state}"

    def _save(self) -> None:
        write_atomically({self.folder / RECORD: to_json(self.record)})

    def _say(self, text: str) -> None:
        # The terminal wraps a long line itself, so that it can be copied whole.
        self.console.print(escape(text), soft_wrap=True)

    def _ask(self, what: str, default: str = "") -> str:
        current = f" ({default})" if default else ""
        try:
            return self.console.input(f"[bold]{what}{escape(current)}[/]: ").strip() or default
        except EOFError:
            self._input_ended = True
            return default

    def _yes(self, what: str) -> bool:
        """Ask until the answer is yes or no; the end of the input means no."""
        while not self._input_ended:
            answer = self._ask(f"{escape(what)} y/n").lower()
            if answer in ("y", "yes"):
                return True
            if answer in ("n", "no"):
                return False
            if not self._input_ended:
                self._say(f"{answer!r}is not an answer; type y or n.")
        return False

    def _number(self, what: str, most: float, default: str) -> float | None:
        """Return a number from 0 to `most`; None for an empty answer or `q`."""
        self._quit_question = False
        while True:
            text = self._ask(escape(what), default)
            if text.lower() in ("", "q"):
                self._quit_question = text != ""
                return None
            try:
                value = float(text.replace(",", "."))
            except ValueError:
                value = -1.0
            if 0 <= value <= most:
                return value
            self._say(f"{text}is not a number from 0 to {most:g}.")
            if text == default:
                return None


def open_session(
    folder: Path,
    *,
    candidate: str,
    interviewer: str,
    assignment: Assignment,
    level: str | None,
    console: Console,
) -> Session:
    """Return the interview in a folder: a new one, or the interrupted one that is saved there.

    Raises:
        UsageError: the saved interview has another level than `level`, or cannot be read.
    """
    path = folder / RECORD
    if path.exists():
        record = load(path)
        if level not in (None, record.level):
            raise UsageError(
                f"--level {level}: {path} has level {record.level}: omit --level, "
                "or move that file away to start a new interview"
            )
        console.print(escape(f"Resuming the interview with {record.candidate}."))
    else:
        record = InterviewRecord(
            candidate=candidate, level=level or assignment.manifest.default_level, interviewer=interviewer
        )
    return Session(
        folder=folder,
        record=record,
        rubric=assignment.rubric(record.level),
        interview=assignment.interview,
        questions=assignment.questions(record.level),
        console=console,
    )
