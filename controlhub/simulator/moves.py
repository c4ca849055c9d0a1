"""Which numbers a job can move: between locations of one country, PSTN connection type and provider."""

import sqlite3
from collections.abc import Mapping, Sequence

from controlhub.simulator.locations import provider_of
from controlhub.simulator.switches import switches_of

Fault = tuple[str, str]
"""Why a number is not changed: code, message."""

INACTIVE = ("BATCH-1017021", "Failed to move because it is an inactive number.")
OTHER_PROVIDER = (
    "BATCH-1017022",
    "Failed to move because the source location and target location have different CCP providers.",
)
NOT_SUPPORTED = ("BATCH-1017027", "Manage Numbers Move Operation is not supported.")
ONE_NUMBER_ONLY = ("BATCH-1017031", "Hydra request is supported only for single number move job.")
"""As documented (Webex developer documentation, List Manage Numbers Job errors); the last one is that of an older
edition, which took one number at a time. Which code another country or connection type has nobody wrote down."""


def move_faults(
    db: sqlite3.Connection, job: sqlite3.Row, targets: Sequence[tuple[str, str]], held: Mapping[str, sqlite3.Row]
) -> dict[tuple[str, str], Fault]:
    """Return what keeps a target (location, number) from being moved to where the job moves it."""
    if len(targets) > 1 and switches_of(db, job["organization"]).moves_one_number:
        return dict.fromkeys(targets, ONE_NUMBER_ONLY)
    by_source = {source: _way_fault(db, source, job["moved_to"]) for source, _ in targets}
    faults: dict[tuple[str, str], Fault] = {}
    for source, number in targets:
        fault = by_source[source] or (INACTIVE if number in held and held[number]["state"] == "INACTIVE" else None)
        if fault:
            faults[source, number] = fault
    return faults


def _way_fault(db: sqlite3.Connection, source: str, target: str) -> Fault | None:
    """Return what keeps every number from going that way; one of the locations may have vanished meanwhile."""
    rows = db.execute("SELECT * FROM locations WHERE id IN (?, ?)", (source, target)).fetchall()
    ways = {(row["country"], row["connection_type"]) for row in rows}
    if len(rows) < len({source, target}) or len(ways) > 1:
        return NOT_SUPPORTED
    return OTHER_PROVIDER if len({provider_of(db, row) for row in rows}) > 1 else None
