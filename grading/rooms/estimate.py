"""Estimates hosting costs from GitHub's prices and limits, each of which can be overridden when it changes."""

from dataclasses import dataclass
from typing import Final

# Billed minutes per job, assumed; GitHub bills whole minutes. `run` and `visible` mostly install packages.
JOB_MINUTES: Final = {"visible": 3, "ask": 1, "fetch": 1, "run": 3, "publish": 1}
# The consecutive jobs that a candidate waits for.
_CHAIN: Final = ("ask", "fetch", "run", "publish")


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """GitHub's terms for private repositories of an organisation on the Free plan (its billing pages, 2026)."""

    dollars_a_minute: float = 0.006  # a standard Linux machine with two cores
    included_minutes: int = 2000  # a month
    concurrent_jobs: int = 20
    sweeps_a_day: int = 24


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The cost and waiting time of one round of candidates."""

    candidates: int
    pushes: int
    minutes: int
    dollars: float
    pushes_an_hour: int
    hours_if_all_push_at_once: float


def estimate(candidates: int, pushes_each: int, days: int, terms: Assumptions) -> Estimate:
    """Return the estimate for one month, given the pushes per candidate and the days that a room is open."""
    a_push = sum(JOB_MINUTES.values())
    pushes = candidates * pushes_each
    minutes = pushes * a_push + days * terms.sweeps_a_day
    an_hour = terms.concurrent_jobs * 60 // a_push
    return Estimate(
        candidates=candidates,
        pushes=pushes,
        minutes=minutes,
        dollars=max(0, minutes - terms.included_minutes) * terms.dollars_a_minute,
        pushes_an_hour=an_hour,
        hours_if_all_push_at_once=candidates / an_hour,
    )


def to_table(estimates: list[Estimate]) -> str:
    """Return estimates as a Markdown table."""
    chain = sum(JOB_MINUTES[job] for job in _CHAIN)
    lines = [
        "| candidates | pushes | billed minutes | dollars | maximum throughput | longest wait if all push at once |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    for e in estimates:
        last = max(chain / 60, e.hours_if_all_push_at_once)
        wait = f"{last * 60:.0f} min" if last < 2 else f"{last:.1f} h"
        work = f"{e.candidates:,} | {e.pushes:,} | {e.minutes:,} | {e.dollars:,.0f}"
        lines.append(f"| {work} | {e.pushes_an_hour} an hour | {wait} |")
    return "\n".join(lines)
