"""Reads a grade.json again: for exports, and for the page of a cohort."""

from pathlib import Path

import msgspec

from grading.errors import UsageError, reason
from grading.model import Grade


def read_grade(path: Path) -> Grade:
    """Return what stands in a grade.json; raise UsageError if it is none, or not a whole one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Grade)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}; give the grade.json that 'grade' wrote") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not a whole grade.json: {error}; grade again") from None
