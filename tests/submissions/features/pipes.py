"""Pipes, select and poll."""

import os
import select
import sys
import threading

r, w = os.pipe()
os.write(w, b"x")
assert select.select([r], [], [], 1)[0] == [r]
poll = select.poll()
poll.register(r, select.POLLIN)
assert poll.poll(1000)
assert os.read(r, 1) == b"x"
os.set_blocking(r, False)
assert not os.get_blocking(r)
try:
    os.read(r, 1)
except BlockingIOError:
    pass
os.set_blocking(r, True)
writer = threading.Thread(target=os.write, args=(w, b"y"))
writer.start()
assert os.read(r, 1) == b"y"
writer.join()
os.close(r)
os.close(w)
print("text", flush=True)
print("text", file=sys.stderr, flush=True)
assert not sys.stdout.isatty()
sys.stdin.read()
saved = os.dup(1)
with open("/tmp/printed", "w") as file:
    os.dup2(file.fileno(), 1)
    os.write(1, b"x")
os.dup2(saved, 1)
