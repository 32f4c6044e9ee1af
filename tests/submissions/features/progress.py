"""Bars of progress, on a terminal that is none."""

import sys

try:
    import tqdm
    import tqdm.auto
except ImportError:
    tqdm = None
if tqdm is not None:
    for _ in tqdm.tqdm(range(3)):
        pass
    for _ in tqdm.auto.tqdm(range(3), dynamic_ncols=True):
        pass
sys.stdout.write("\r50 %")
sys.stdout.flush()
try:
    import rich.progress
except ImportError:
    pass
else:
    for _ in rich.progress.track(range(3)):
        pass
