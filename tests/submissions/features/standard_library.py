"""What else of the standard library people use in an exercise like this."""

import asyncio
import cProfile
import collections
import contextlib
import contextvars
import copy
import ctypes
import ctypes.util
import dataclasses
import decimal
import enum
import fractions
import functools
import gc
import getpass
import hashlib
import inspect
import itertools
import locale
import logging
import logging.handlers
import math
import multiprocessing
import operator
import os
import platform
import pprint
import random
import secrets
import shutil
import site
import statistics
import string
import subprocess
import sys
import sysconfig
import threading
import time
import traceback
import tracemalloc
import unittest
import uuid
import warnings
import weakref

assert hashlib.sha256(b"x").hexdigest() and hashlib.blake2b(b"x").digest()
assert decimal.Decimal("0.1") + decimal.Decimal("0.2") == decimal.Decimal("0.3")
random.seed()
assert 0 <= random.random() < 1 and random.SystemRandom().random() < 1
assert secrets.token_hex(8) and os.urandom(8) and os.getrandom(8)
assert uuid.uuid4() != uuid.uuid1()


@dataclasses.dataclass
class Point:
    x: float = 0.0


assert dataclasses.asdict(Point()) == {"x": 0.0}

logging.basicConfig(level=logging.INFO)
logging.info("to standard error")
log = logging.getLogger("mine")
log.addHandler(logging.FileHandler("/tmp/log.txt"))
log.addHandler(logging.handlers.RotatingFileHandler("/tmp/log2.txt", maxBytes=10, backupCount=1))
log.warning("some words")
log.warning("more words")
with warnings.catch_warnings(record=True):
    warnings.simplefilter("always")
    warnings.warn("careful")
locale.setlocale(locale.LC_ALL, "")
locale.getpreferredencoding()
platform.platform(), platform.node(), platform.processor(), platform.python_version(), platform.libc_ver()
os.uname(), os.cpu_count(), os.getpid(), os.getppid(), os.getuid(), os.getgid(), os.geteuid(), os.getegid()
os.getgroups(), os.getpgrp(), os.getsid(0), os.getpgid(0), os.getresuid(), os.getresgid()
assert len(os.sched_getaffinity(0)) >= 1 and multiprocessing.cpu_count() >= 1
os.sched_yield(), os.getpriority(os.PRIO_PROCESS, 0), os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_NPROCESSORS_ONLN")
with contextlib.suppress(OSError):
    os.getloadavg()
with contextlib.suppress(OSError, KeyError):
    getpass.getuser()
with contextlib.suppress(OSError):
    subprocess.run(["git", "rev-parse", "HEAD"])
shutil.get_terminal_size(), shutil.which("git")
with contextlib.suppress(OSError):
    os.get_terminal_size()
sys.getrecursionlimit(), site.getsitepackages(), sysconfig.get_paths()
tracemalloc.start()
tracemalloc.take_snapshot()
tracemalloc.stop()
gc.collect()
ctypes.CDLL(None).getpid()
ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 1)()
ctypes.util.find_library("c")
os.environ["MINE"] = "1"
inspect.getsource(Point)
try:
    raise ValueError
except ValueError:
    traceback.format_exc()
lock = multiprocessing.Lock()
with lock:
    assert not lock.acquire(timeout=0.01)
    waiting = threading.Thread(target=lock.acquire)
    waiting.start()
    time.sleep(0.05)
waiting.join()
assert multiprocessing.Value("i", 3).value == 3
multiprocessing.Array("d", 3)


async def coroutine() -> int:
    return 3


with contextlib.closing(coroutine()) as made:
    assert asyncio.iscoroutine(made)
unittest.TextTestRunner().run(unittest.TestSuite())


cProfile.runctx("1 + 1", {}, {}, "/tmp/profile")
