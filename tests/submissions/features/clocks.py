"""Clocks, sleep, dates and time zones."""

import calendar
import datetime
import os
import time
import timeit
import zoneinfo

started = time.perf_counter()
time.sleep(0.01)
assert time.perf_counter() - started >= 0.01
for clock in (time.time, time.monotonic, time.process_time, time.thread_time, time.time_ns):
    assert clock() >= 0
assert time.clock_getres(time.CLOCK_MONOTONIC) > 0
assert sum(os.times()) > 0
assert datetime.datetime.now().year > 2000
assert datetime.datetime.now(datetime.timezone.utc).astimezone().tzinfo is not None
time.strftime("%c", time.localtime())
time.tzset()
try:
    zoneinfo.ZoneInfo("Europe/Berlin")
except zoneinfo.ZoneInfoNotFoundError:
    pass  # where the machine has no table of time zones
assert zoneinfo.available_timezones() is not None
assert calendar.isleap(2024)
assert timeit.timeit("1 + 1", number=10) >= 0
