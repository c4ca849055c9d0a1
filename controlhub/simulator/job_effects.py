"""What a job does to the numbers, and when."""

import sqlite3
from collections.abc import Mapping, Sequence

import orjson

from controlhub.simulator.inventory import find_numbers, move_numbers, set_usage
from controlhub.simulator.moves import Fault, move_faults
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
    targets: list[Target] = [(location, number) for location, number in orjson.loads(job["targets"])]
    faults = _faults(db, job, targets)
    problems = [(*target, *faults[target]) for target in targets if target in faults]
    changed = [target[1] for target in targets if target not in faults]
    if job["moved_to"]:
        move_numbers(db, changed, job["moved_to"])
    else:
        set_usage(db, changed, job["usage"])
    _end(db, job, "COMPLETED", "COMPLETED_WITH_ERRORS" if problems else "COMPLETED", problems)


def _faults(db: sqlite3.Connection, job: sqlite3.Row, targets: Sequence[Target]) -> Mapping[Target, Fault]:
    """Return what keeps a target from being changed; those that it keeps from nothing are not in it."""
    held = find_numbers(db, [number for _, number in targets])
    found = move_faults(db, job, targets, held) if job["moved_to"] else {}
    for location, number in targets:
        if fault := _fault(held.get(number), location):
            found[location, number] = fault
    return found


def _fault(row: sqlite3.Row | None, location: str) -> Fault | None:
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
