"""What a job does to the numbers, and when."""

import sqlite3
from collections.abc import Sequence

import orjson

from controlhub.simulator.inventory import find_numbers, set_usage
from controlhub.simulator.numbers import UNKNOWN_NUMBER

Target = tuple[str, str]
"""A location's id and a number that it should have."""

Problem = tuple[str, str, str, str]
"""A target that was not changed: location, number, code, message."""

STARTED = "STARTED"

ASSIGNED = ("BATCH-1017023", "Failed because it is not an unassigned number.")
MAIN_NUMBER = ("BATCH-1017024", "Failed because it is a main number.")
"""As documented (Webex developer documentation, List Manage Numbers Job errors)."""

UNKNOWN = (str(UNKNOWN_NUMBER), "Phone number not found in the location.")
"""Not documented: the code that a location answers to a removal."""


def advance(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    """Let a running job come one poll closer to its end, or end it; one that ended stays as it is."""
    if job["status"] != STARTED:
        return
    if job["polls_left"]:
        db.execute("UPDATE jobs SET polls_left = polls_left - 1 WHERE id = ?", (job["id"],))
    elif job["is_failing"]:
        _end(db, job, "FAILED", "FAILED", [])
    else:
        _complete(db, job)


def _complete(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    """Change what can be changed, by what the numbers are at the end of the job, not at its start."""
    targets: list[Target] = orjson.loads(job["targets"])
    held = find_numbers(db, [number for _, number in targets])
    problems = [
        (location, number, *fault)
        for location, number in targets
        if (fault := _fault(held.get(number), location)) is not None
    ]
    failed = {number for _, number, *_ in problems}
    set_usage(db, [number for _, number in targets if number not in failed], job["usage"])
    _end(db, job, "COMPLETED", "COMPLETED_WITH_ERRORS" if problems else "COMPLETED", problems)


def _fault(row: sqlite3.Row | None, location: str) -> tuple[str, str] | None:
    if row is None or row["location"] != location:
        return UNKNOWN
    if row["is_main"]:
        return MAIN_NUMBER
    return ASSIGNED if row["owner"] else None


def _end(db: sqlite3.Connection, job: sqlite3.Row, status: str, exit_code: str, problems: Sequence[Problem]) -> None:
    db.execute(
        "UPDATE jobs SET status = ?, exit_code = ?, problems = ? WHERE id = ?",
        (status, exit_code, orjson.dumps(problems).decode(), job["id"]),
    )
