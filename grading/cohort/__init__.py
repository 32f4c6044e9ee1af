"""Grades many submissions in parallel.

`run` is the entry point. `names` names each submission's folder, `worker` grades one submission, `workers` starts the
worker processes, and `retry` finds the submission that kills its worker. `table`, `item_analysis` and `page` report the
results; `progress` shows them as they arrive.
"""

from grading.cohort.run import PAGE, TABLE, grade_cohort
from grading.cohort.table import FAILED

__all__ = ["FAILED", "PAGE", "TABLE", "grade_cohort"]
