"""Submissions that exit, hang or skip: grading always ends, and only the attacked criteria lose points."""

import pytest

from tests.attacks.conftest import FULL, HONEST, NOTHING, in_evaluate, named, points
from tests.compose import compose
from tests.conftest import Grade

# Each attack prevents the import of the module, so no criterion can be scored.
AT_IMPORT = {
    "os._exit": ("import os; os._exit(0)", "crash"),
    "os._exit in a thread": (
        "import os, threading, time\nthreading.Thread(target=os._exit, args=(0,)).start()\ntime.sleep(3)",
        "crash",
    ),
    "sys.exit": ("import sys; sys.exit(0)", "crash"),
    "SystemExit": ("raise SystemExit", "crash"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "crash"),
    "an exception of its own": ("class Quiet(BaseException): pass\nraise Quiet", "crash"),
    "an exception that cannot be printed": (
        "class Mute(BaseException):\n    def __str__(self): raise SystemExit\nraise Mute",
        "crash",
    ),
    "abort": ("import os; os.abort()", "crash"),
    "a segmentation fault": ("import ctypes; ctypes.string_at(0)", "crash"),
    "SIGFPE": ("import ctypes, signal; signal.signal(signal.SIGFPE, signal.SIG_DFL); ctypes.string_at(1)", "crash"),
    "SIGALRM": ("import signal, time; signal.setitimer(signal.ITIMER_REAL, 0.01); time.sleep(1e6)", "timeout"),
    "an endless loop": ("while True: pass", "timeout"),
    "ignoring signals": (
        "import signal, time\n"
        "for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGINT): signal.signal(number, signal.SIG_IGN)\n"
        "time.sleep(1e6)",
        "timeout",
    ),
    "unittest.SkipTest": ("import unittest; raise unittest.SkipTest('no')", "crash"),
    "pytest.skip": ("import pytest; pytest.skip('no', allow_module_level=True)", "crash"),
    "pytest.exit": ("import pytest; pytest.exit('done', returncode=0)", "crash"),
    "pytest.importorskip": ("import pytest; pytest.importorskip('nothing_of_this_name')", "crash"),
}


@pytest.mark.parametrize("attack", AT_IMPORT)
def test_a_module_that_ends_at_import_earns_nothing(attack: str, grade: Grade):
    """A module that ends the process at import scores 0, grading ends normally, and the cause is named once."""
    source, mistake = AT_IMPORT[attack]

    card = grade(f"{source}\n{HONEST}")

    assert points(card) == NOTHING
    assert named(card) == [("any", mistake)]


# The first process of a PID namespace ignores signals from inside it (pid_namespaces(7)) and is alone in its process
# group. It leaves with os._exit, so exit handlers do not run and threads are not waited for.
HARMLESS = {
    "killing itself": "import os; os.kill(os.getpid(), 9)",
    "raising SIGKILL": "import signal; signal.raise_signal(signal.SIGKILL)",
    "killing process 1": "import os; os.kill(1, 9)",
    "killing its group": "import os; os.kill(0, 9)",
    "killing its parent": "import os; os.kill(os.getppid(), 9)",
    "killing everybody": "import os\ntry: os.kill(-1, 9)\nexcept OSError: pass",
    "stopping itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "atexit": "import atexit, os; atexit.register(os._exit, 0)",
    "a thread that stays": "import threading, time; threading.Thread(target=time.sleep, args=(1e6,)).start()",
}


@pytest.mark.parametrize("attack", HARMLESS)
def test_signals_without_effect_cost_no_points(attack: str, grade: Grade):
    """A correct solution that sends signals keeps its points, and the worker survives."""
    assert points(grade(f"{HARMLESS[attack]}\n{HONEST}")) == FULL


FUNCTIONS = {
    "weighted-loss": "def make_loss(train_labels):",
    "training-loop": "def train_epoch(model, loader, loss_fn, optimizer):",
    "evaluation": "def evaluate(model, loader, threshold=0.5):",
}


@pytest.mark.parametrize("criterion", FUNCTIONS)
@pytest.mark.parametrize(
    ("body", "mistake"),
    [("import os; os._exit(0)", "crash"), ("raise SystemExit(0)", "crash"), ("while True: pass", "timeout")],
    ids=["os._exit", "SystemExit", "an endless loop"],
)
def test_a_function_that_ends_the_process_fails_only_its_criterion(
    criterion: str, body: str, mistake: str, grade: Grade
):
    """A function that exits or hangs loses the points of its own criterion; the other two criteria keep theirs."""
    card = grade(compose(f"{FUNCTIONS[criterion]}\n    {body}\n"))

    assert points(card) == {**FULL, criterion: 0.0}
    assert named(card) == [(criterion, mistake)]


# The body of `evaluate` for each attack.
IN_EVALUATE = {
    "killing process 1 and leaving": ("import os; os.kill(1, 9); os._exit(0)", "crash"),
    "sleeping": ("import time; time.sleep(1e9)", "timeout"),
    "napping": ("import time\nwhile True: time.sleep(0.01)", "timeout"),
    "a thread that loops while the rest sleeps": (
        "import threading, time\ndef spin():\n    while True: pass\nthreading.Thread(target=spin).start()\n"
        "time.sleep(1e9)",
        "timeout",
    ),
    "many threads that loop": (
        "import threading, time\ndef spin():\n    while True: pass\n"
        "for _ in range(30): threading.Thread(target=spin).start()\ntime.sleep(1e9)",
        "timeout",
    ),
    "a lock": ("import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()", "timeout"),
    "a process that keeps the connection": ("import os, time\nif os.fork() == 0: time.sleep(1e6)", "crash"),
    "skipping": ("import unittest; raise unittest.SkipTest('no')", "crash"),
    "pytest.skip": ("import pytest; pytest.skip('no')", "crash"),
    "pytest.xfail": ("import pytest; pytest.xfail('no')", "crash"),
    "pytest.exit": ("import pytest; pytest.exit('no', returncode=0)", "crash"),
    "an exception group": ("raise BaseExceptionGroup('all', [SystemExit(0), KeyboardInterrupt()])", "crash"),
    "stopping the iteration": ("raise StopIteration", "crash"),
    "leaving a generator": ("raise GeneratorExit", "crash"),
}


@pytest.mark.parametrize("attack", IN_EVALUATE)
def test_an_attack_in_evaluate_fails_only_its_criterion(attack: str, grade: Grade):
    """An attack in one function costs the points of its criterion only, and the mistake is named."""
    body, mistake = IN_EVALUATE[attack]

    card = grade(in_evaluate(body))

    assert points(card) == {**FULL, "evaluation": 0.0}
    assert named(card) == [("evaluation", mistake)]


# The attack is in the result of `evaluate`: the method hangs, or ends the process.
RESULTS = {
    "__float__": "dict.fromkeys(['precision', 'recall', 'f1'], Trap(0.5))",
    "__eq__": "dict.fromkeys(['precision', 'recall', 'f1'], Trap(0.5))",
    "__reduce__": "dict.fromkeys(['precision', 'recall', 'f1'], Trap(0.5))",
    "__del__": "dict.fromkeys(['precision', 'recall', 'f1'], Trap(0.5))",
    "__hash__": "{Trap(1.0): 1.0}",
    "keys": "Map(precision=0.5, recall=0.5, f1=0.5)",
}


@pytest.fixture(scope="module")
def plain(grade: Grade) -> float:
    """Return the points that the numbers in the malicious results earn in `evaluate`."""
    return points(grade(in_evaluate(f"return {RESULTS['__eq__']}", before="Trap = float")))["evaluation"]


@pytest.mark.parametrize("method", RESULTS)
@pytest.mark.parametrize("doing", ["while True: pass", "import os; os._exit(0)"], ids=["hangs", "exits"])
def test_a_malicious_result_earns_no_more_than_its_numbers(method: str, doing: str, plain: float, grade: Grade):
    """A malicious result earns at most what its numbers earn, whether or not its method is ever called."""
    body = f"    def {method}(self, *args):\n        {doing}\n"

    card = grade(
        in_evaluate(f"return {RESULTS[method]}", before=f"class Trap(float):\n{body}\nclass Map(dict):\n{body}")
    )

    assert plain < FULL["evaluation"] / 2
    assert points(card)["evaluation"] <= plain
    assert {**points(card), "evaluation": 0.0} == {**FULL, "evaluation": 0.0}


def test_exit_status_zero_does_not_count_as_success(grade: Grade):
    """A process that writes a reply of its own and then exits with status 0 counts as a crash."""
    source = "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'GRD1' + bytes(8))\n    except OSError: pass\n"

    assert points(grade(f"{source}os._exit(0)\n{HONEST}")) == NOTHING
