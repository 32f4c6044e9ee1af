"""What the probes' observations must be, one module of records per criterion.

A record names the type and the bounds of every field; `grading.run.observations` checks them where a reply enters the
trusted side. Next to the records stands what several tests of a criterion need to know of them: what they agree with,
and what the values depend on.
"""
