"""The request log: what was asked, what was answered and whether it was done, written with the effect itself."""

import sqlite3
from collections.abc import Mapping

import orjson

from controlhub.simulator.visit import Visit


def record(visit: Visit, status: int | None, *, applied: bool) -> None:
    """Write one row; a `status` of None says that the connection was dropped instead of an answer."""
    visit.db.execute(
        "INSERT INTO requests (at, method, path, organization, numbers, status, tracking_id, applied)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            visit.now.isoformat(),
            visit.method,
            visit.path,
            visit.organization,
            orjson.dumps(visit.numbers).decode(),
            status,
            visit.tracking_id,
            applied,
        ),
    )


def recorded(db: sqlite3.Connection, after: int, path_contains: str, limit: int) -> list[Mapping[str, object]]:
    """Return rows in the order of their ids, those after an id whose path contains the text."""
    rows = db.execute(
        "SELECT * FROM requests WHERE id > ? AND instr(path, ?) ORDER BY id LIMIT ?", (after, path_contains, limit)
    )
    return [_entry(row) for row in rows]


def _entry(row: sqlite3.Row) -> Mapping[str, object]:
    return {
        "id": row["id"],
        "at": row["at"],
        "method": row["method"],
        "path": row["path"],
        "organization": row["organization"],
        "numbers": orjson.loads(row["numbers"]),
        "status": row["status"],
        "trackingId": row["tracking_id"],
        "applied": bool(row["applied"]),
    }
