"""Grades many submissions at a time.

`run` is the entry. `names` gives each submission its folder, `worker` grades one of them, `workers` starts what that
runs on, and `retry` finds out which submission kills its worker. `table`, `item_analysis` and `page` report the
results, `progress` shows them as they come.
"""

from grading.cohort.run import PAGE, TABLE, grade_cohort
from grading.cohort.table import FAILED

__all__ = ["FAILED", "PAGE", "TABLE", "grade_cohort"]
