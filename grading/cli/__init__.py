"""The command line: each command is a typed function of a module here, and `main` turns errors into exit statuses.

Each command imports what it needs when it runs, so `--help` and the `room` commands start without pytest.
"""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from grading.cli.cohort import cohort
from grading.cli.export import export
from grading.cli.grade import grade, score
from grading.cli.interview import interview
from grading.cli.options import ROOT
from grading.cli.publish import publish
from grading.cli.review import review
from grading.cli.room import room
from grading.errors import GradingError, UsageError

_PROGRAM: Final = "grading"
# A shell sets this variable to request completions; Typer chooses the name.
_COMPLETION: Final = "_GRADING_COMPLETE"
# A line with only \b keeps Typer from joining the lines that follow.
_EXIT_STATUS: Final = """\b
Exit status:
  0  graded, whatever the score
  2  the arguments, or the submission, cannot be read
  3  the grader itself failed, or was interrupted: there is no score
"""
_ENVIRONMENT: Final = "use the environment that nox builds: .nox/development-*/bin/python -m grading"

# Boxes and colours only in a terminal; output to a file or a pipe is plain text.
app = typer.Typer(
    epilog=_EXIT_STATUS,
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (grade, score, review, cohort, export, publish, interview):
    app.command(epilog=_EXIT_STATUS)(command)
app.add_typer(room, name="room", epilog=_EXIT_STATUS)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status. With `argv`, the caller handles interrupts."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if os.environ.get(_COMPLETION):
        app(prog_name=_PROGRAM)
    try:
        if argv is None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return _run(arguments)
    except GradingError as error:
        return _fail(str(error), error.exit_status)
    except ModuleNotFoundError as error:
        return _fail(f"{_words(arguments)}: {error}; {_ENVIRONMENT}", GradingError.exit_status)
    except KeyboardInterrupt:
        if argv is not None:
            raise
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return _fail("interrupted; there is no score", GradingError.exit_status)
    except Exception as error:  # noqa: BLE001 - no error may look like a grade to a script
        return _fail(f"internal error: {type(error).__name__}: {error}", GradingError.exit_status)


def _run(arguments: list[str]) -> int:
    """Run a command. Typer's own entry point would print errors itself and exit with other statuses."""
    command = typer.main.get_command(app)
    try:
        with command.make_context(_PROGRAM, arguments.copy()) as context:
            command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except typer.TyperException as error:
        raise UsageError(_explain(error, _words(arguments))) from None
    return 0


def _explain(error: typer.TyperException, words: str) -> str:
    """Return the problem with the arguments as one line, formatted like our other errors."""
    where = f"{words}: " if words else ""
    if isinstance(error, typer.BadParameter) and error.param is not None and error.message:
        option = error.param.opts[0] if error.param.param_type_name == "option" else error.param.metavar
        # pydantic prefixes a parser's message with "Value error, ".
        return f"{where}{option}: {error.message.removeprefix('Value error, ').rstrip('.')}"
    text = " ".join(error.format_message().split()).rstrip(".").replace(". Did you mean", "; did you mean")
    text = f"{where}{text[0].lower()}{text[1:]}"
    return text if text.endswith("?") else f"{text}; see '{' '.join(filter(None, (_PROGRAM, words)))} --help'"


def _words(arguments: Sequence[str]) -> str:
    """Return the command that the arguments name, such as "grade" or "room create"."""
    words, command = [], typer.main.get_command(app)
    for word in arguments:
        commands = getattr(command, "commands", {})
        if word not in commands:
            break
        words.append(word)
        command = commands[word]
    return " ".join(words)


def _fail(message: str, status: int) -> int:
    print(f"grading: {' '.join(message.split())}", file=sys.stderr)
    return status


def _print_version(wanted: bool) -> None:
    if wanted:
        from grading.content.version import this_grader

        grader = this_grader(ROOT)
        print(f"grading {grader.version}, digest {grader.digest}")
        raise typer.Exit


@app.callback()
def start(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version, and a digest of grader and assignment.",
        ),
    ] = False,
) -> None:
    """Grade take-home submissions: hidden tests in a sandbox, a rubric of 100 points, and a report page.

    Start with: grading grade PATH/TO/CHECKOUT
    """
