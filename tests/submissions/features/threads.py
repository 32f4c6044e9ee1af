"""Threads, as a progress display, a prefetching loader or a pool makes them."""

import concurrent.futures
import queue
import threading
from multiprocessing.pool import ThreadPool

with concurrent.futures.ThreadPoolExecutor(4) as pool:
    assert sum(pool.map(lambda n: n * n, range(100))) == 328350

with ThreadPool(2) as pool:
    assert pool.map(abs, [-1, 2]) == [1, 2]

items: "queue.Queue[int]" = queue.Queue(2)
producer = threading.Thread(target=lambda: [items.put(n) for n in range(10)], name="producer", daemon=True)
producer.start()
assert [items.get(timeout=5) for _ in range(10)] == list(range(10))
producer.join()

ready, barrier = threading.Event(), threading.Barrier(2, timeout=5)
timer = threading.Timer(0.01, ready.set)
timer.start()
assert ready.wait(5)
waiter = threading.Thread(target=barrier.wait)
waiter.start()
barrier.wait()
waiter.join()

condition = threading.Condition()
with condition:
    condition.wait(0.01)
assert threading.get_native_id() > 0
threading.stack_size(1 << 20)
small = threading.Thread(target=threading.local)
small.start()
small.join()
