"""`python -m grading`: see `grading.cli`.

Whatever keeps the command line from starting is one line and status 3. So this file holds no syntax that is newer than
Python 2.7: an older Python has to get as far as the line that names it.
"""

import os
import signal
import sys

_FAILED = 3
_INTERRUPTED = "grading: interrupted; there is no score\n"
_USE = (
    "use the environment that nox builds: `pip install nox`, then `nox -s grade -- SUBMISSION`, "
    "or its Python: .nox/development-*/bin/python -m grading"
)

if sys.version_info < (3, 11):  # noqa: UP036 - the one line that an older Python gets to
    version = ".".join(str(number) for number in sys.version_info[:2])
    sys.stderr.write("grading: needs Python 3.11 or newer, this is " + version + "; " + _USE + "\n")
    sys.exit(_FAILED)

# While modules are loading there is nothing to clean up, and an exception could end up inside any of them. main() takes
# interrupts over.
signal.signal(signal.SIGINT, lambda *_: (os.write(2, _INTERRUPTED.encode()), os._exit(_FAILED)))
try:
    from grading.cli import main
except Exception as error:  # noqa: BLE001 - a package that is missing, or one that is broken
    sys.stderr.write("grading: cannot start (" + type(error).__name__ + ": " + str(error) + "); " + _USE + "\n")
    sys.exit(_FAILED)

sys.exit(main())
