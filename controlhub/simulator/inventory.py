"""The numbers that organizations hold: reading them, and the statements that change them."""

import sqlite3
from collections.abc import Mapping, Sequence

import orjson

from controlhub.simulator.answers import Answer, json_answer
from controlhub.simulator.locations import find_location
from controlhub.simulator.pages import Page, link_headers, page_of
from controlhub.simulator.visit import Visit

COUNTS = """SELECT COUNT(*) AS total,
    COALESCE(SUM(is_main OR owners.id IS NOT NULL), 0) AS assigned,
    COALESCE(SUM(NOT is_main AND owners.id IS NULL), 0) AS unAssigned,
    COALESCE(SUM(state = 'INACTIVE'), 0) AS inActive, COALESCE(SUM(number_type = 'TOLLFREE'), 0) AS tollFreeNumbers,
    COALESCE(SUM(number_type = 'MOBILE'), 0) AS mobileNumber, COALESCE(SUM(usage = 'SERVICE'), 0) AS serviceNumber
    FROM numbers LEFT JOIN owners ON owners.e164 = numbers.e164 WHERE """

OWNED = "SELECT numbers.*, owners.id AS owner FROM numbers LEFT JOIN owners ON owners.e164 = numbers.e164"


def list_numbers(visit: Visit, organization: str) -> Answer:
    """Answer GET /v1/telephony/config/numbers, of one location or of all, with counts where details are asked for."""
    page, (condition, value) = page_of(visit), _scope(visit, organization)
    rows = _rows(visit.db, condition, value, page)
    (total,) = visit.db.execute(f"SELECT COUNT(*) FROM numbers WHERE {condition}", (value,)).fetchone()  # noqa: S608 - constants
    body: dict[str, object] = {"phoneNumbers": [_number(row) for row in rows]}
    if visit.query.get("details") == "true":
        body["count"] = dict(visit.db.execute(COUNTS + condition, (value,)).fetchone())
    return json_answer(200, body, link_headers(visit, page, total))


def held_numbers(db: sqlite3.Connection, organization: str) -> list[Mapping[str, object]]:
    """Return every number of the organization in the order of its arrival, as the control route shows them."""
    rows = db.execute(f"{OWNED} WHERE organization = ? ORDER BY numbers.rowid", (organization,))
    return [
        {
            "phoneNumber": row["e164"],
            "locationId": row["location"],
            "numberType": row["number_type"],
            "numberUsageType": row["usage"],
            "state": row["state"],
            "mainNumber": bool(row["is_main"]),
            "ownerId": row["owner"],
        }
        for row in rows
    ]


def find_numbers(db: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, sqlite3.Row]:
    """Return those of the numbers that any organization holds, by number; `owner` is an id, None where unassigned."""
    # One parameter for the whole list: SQLite bounds how many a statement takes.
    rows = db.execute(
        f"{OWNED} WHERE numbers.e164 IN (SELECT value FROM json_each(?))",  # noqa: S608 - a constant
        (orjson.dumps(numbers).decode(),),
    )
    return {row["e164"]: row for row in rows}


def insert_numbers(
    db: sqlite3.Connection, location: sqlite3.Row, numbers: Sequence[str], number_type: str, usage: str, state: str
) -> None:
    """Put numbers into the location; a number that comes twice is put there once."""
    rows = [
        (number, location["organization"], location["id"], number_type, usage, state)
        for number in dict.fromkeys(numbers)
    ]
    db.executemany("INSERT INTO numbers VALUES (?, ?, ?, ?, ?, ?, 0)", rows)


def delete_numbers(db: sqlite3.Connection, numbers: Sequence[str]) -> None:
    """Take numbers away, from their owners too."""
    for table in ("numbers", "owners"):
        db.executemany(f"DELETE FROM {table} WHERE e164 = ?", [(number,) for number in numbers])  # noqa: S608 - constants


def set_state(db: sqlite3.Connection, numbers: Sequence[str], state: str) -> None:
    """Switch numbers to ACTIVE or INACTIVE."""
    db.executemany("UPDATE numbers SET state = ? WHERE e164 = ?", [(state, number) for number in numbers])


def set_usage(db: sqlite3.Connection, numbers: Sequence[str], usage: str) -> None:
    """Give numbers the usage NONE or SERVICE."""
    db.executemany("UPDATE numbers SET usage = ? WHERE e164 = ?", [(usage, number) for number in numbers])


def move_numbers(db: sqlite3.Connection, numbers: Sequence[str], location: str) -> None:
    """Put numbers that an organization holds into another of its locations."""
    db.executemany("UPDATE numbers SET location = ? WHERE e164 = ?", [(location, number) for number in numbers])


def _scope(visit: Visit, organization: str) -> tuple[str, str]:
    location = visit.query.get("locationId")
    if location is None:
        return "numbers.organization = ?", organization
    return "numbers.location = ?", find_location(visit, organization, location)["id"]


def _rows(db: sqlite3.Connection, condition: str, value: str, page: Page) -> list[sqlite3.Row]:
    # Paged before it is joined: a deep page then costs index steps, not look-ups.
    statement = f"""
        SELECT page.*, locations.name AS location_name,
            owners.id AS owner, owners.type AS owner_type, owners.first_name, owners.last_name
        FROM (SELECT * FROM numbers WHERE {condition} ORDER BY rowid LIMIT ? OFFSET ?) AS page
        JOIN locations ON locations.id = page.location
        LEFT JOIN owners ON owners.e164 = page.e164"""  # noqa: S608 - the condition is one of two constants
    return db.execute(statement, (value, page.size, page.start)).fetchall()


def _number(row: sqlite3.Row) -> Mapping[str, object]:
    return {
        "phoneNumber": row["e164"],
        "state": row["state"],
        "phoneNumberType": "PRIMARY",
        "mainNumber": bool(row["is_main"]),
        "tollFreeNumber": row["number_type"] == "TOLLFREE",
        "isServiceNumber": row["usage"] == "SERVICE",
        "includedTelephonyTypes": "MOBILE_NUMBER" if row["number_type"] == "MOBILE" else "PSTN_NUMBER",
        "location": {"id": row["location"], "name": row["location_name"]},
        **({"owner": _owner(row)} if row["owner"] else {}),
    }


def _owner(row: sqlite3.Row) -> Mapping[str, object]:
    return {
        "id": row["owner"],
        "type": row["owner_type"],
        "firstName": row["first_name"],
        "lastName": row["last_name"],
    }
