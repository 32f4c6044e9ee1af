"""The records of the probes' observations, one module per criterion.

A record names the type and the bounds of every field; `grading.run.observations` checks them where a reply enters the
trusted side. The modules also contain the checks that several tests of a criterion share: which expected values they
match, and what the values depend on.
"""
