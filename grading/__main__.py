"""`python -m grading`: see `grading.cli`.

An error that keeps the command line from starting is reported in one line, with status 3. This file has no syntax newer
than Python 2.7, so that an older Python can run it and print which version is needed.
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

if sys.version_info < (3, 11):  # noqa: UP036 - older Pythons run this line
    version = ".".join(str(number) for number in sys.version_info[:2])
    sys.stderr.write("grading: needs Python 3.11 or newer, this is " + version + "; " + _USE + "\n")
    sys.exit(_FAILED)

# While modules are loading there is nothing to clean up, and an exception could be swallowed by any of them. main()
# handles interrupts afterwards.
signal.signal(signal.SIGINT, lambda *_: (os.write(2, _INTERRUPTED.encode()), os._exit(_FAILED)))
try:
    from grading.cli import main
except Exception as error:  # noqa: BLE001 - a missing or broken package
    sys.stderr.write("grading: cannot start (" + type(error).__name__ + ": " + str(error) + "); " + _USE + "\n")
    sys.exit(_FAILED)

sys.exit(main())
