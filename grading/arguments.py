"""How the command lines read their arguments: each is checked before anything runs, and refused in one line."""

import argparse
import math
from collections.abc import Callable
from typing import Final, NoReturn

from grading.errors import UsageError

# Seeds are drawn with 32 bits, and a report holds them as such.
LARGEST_SEED: Final = 2**32 - 1


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, as every other error is; its subcommands' parsers are the same."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and end with the status of a usage error."""
        command = self.prog.partition(" grading ")[2]
        where = f"{command}: " if command else ""
        self.exit(UsageError.exit_status, f"grading: {where}{message}; see '{self.prog} --help'\n")


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return an argument's type: whole numbers of a range."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or number < least or (most is not None and number > most):
            limits = f"of at least {least}" if most is None else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"must be a whole number {limits}, got {text!r}")
        return number

    return read


def amount(text: str) -> float:
    """Read an amount of money."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number of at least 0, got {text!r}")
    return number


seed_number = whole_number(0, LARGEST_SEED)
