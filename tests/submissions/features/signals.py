"""Alarms as a limit of time, handlers, and limits that one sets oneself."""

import faulthandler
import os
import resource
import signal
import threading
import time


def late(*_: object) -> None:
    raise TimeoutError


signal.signal(signal.SIGALRM, late)
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    time.sleep(5)
except TimeoutError:
    pass
else:
    raise AssertionError
signal.alarm(5)
signal.alarm(0)
signal.getitimer(signal.ITIMER_REAL)

seen = []
signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
signal.raise_signal(signal.SIGUSR1)
signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
os.kill(os.getpid(), signal.SIGUSR1)
assert seen == [1, 1, 1]
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
signal.raise_signal(signal.SIGUSR1)
assert signal.sigpending() == {signal.SIGUSR1}
assert signal.sigwait({signal.SIGUSR1}) == signal.SIGUSR1
assert signal.sigtimedwait({signal.SIGUSR1}, 0.01) is None
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.02)
signal.pause()
signal.siginterrupt(signal.SIGALRM, False)
signal.default_int_handler

soft, hard = resource.getrlimit(resource.RLIMIT_AS)
resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0
with open("/tmp/trace", "w") as file:
    faulthandler.enable(file)
    faulthandler.dump_traceback_later(60, file=file)
    faulthandler.cancel_dump_traceback_later()
    faulthandler.dump_traceback(file)
    faulthandler.disable()
