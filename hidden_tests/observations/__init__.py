"""What the probes' observations must be, one module of records per criterion.

A record names the type and the bounds of every field; `grading.run.observations` checks them where a reply enters the
trusted side. Records hold data alone: what is right is said elsewhere.
"""
