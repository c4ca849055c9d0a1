"""The numbers that organizations hold: reading them, and the statements that change them."""

import sqlite3
from collections.abc import Mapping, Sequence

import orjson

from controlhub.simulator.answers import Answer, json_answer
from controlhub.simulator.locations import find_location
from controlhub.simulator.pages import Page, link_headers, page_of
from controlhub.simulator.visit import Visit

COUNTS = """SELECT COUNT(*) AS total,
    COALESCE(SUM(is_main), 0) AS assigned, COALESCE(SUM(1 - is_main), 0) AS unAssigned,
    COALESCE(SUM(state = 'INACTIVE'), 0) AS inActive, COALESCE(SUM(number_type = 'TOLLFREE'), 0) AS tollFreeNumbers,
    COALESCE(SUM(number_type = 'MOBILE'), 0) AS mobileNumber, COALESCE(SUM(usage = 'SERVICE'), 0) AS serviceNumber
    FROM numbers WHERE """


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
    rows = db.execute("SELECT * FROM numbers WHERE organization = ? ORDER BY rowid", (organization,))
    return [
        {
            "phoneNumber": row["e164"],
            "locationId": row["location"],
            "numberType": row["number_type"],
            "numberUsageType": row["usage"],
            "state": row["state"],
            "mainNumber": bool(row["is_main"]),
        }
        for row in rows
    ]


def find_numbers(db: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, sqlite3.Row]:
    """Return those of the numbers that any organization holds, by number."""
    # One parameter for the whole list: SQLite bounds how many a statement takes.
    rows = db.execute(
        "SELECT * FROM numbers WHERE e164 IN (SELECT value FROM json_each(?))", (orjson.dumps(numbers).decode(),)
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
    """Take numbers away."""
    db.executemany("DELETE FROM numbers WHERE e164 = ?", [(number,) for number in numbers])


def set_state(db: sqlite3.Connection, numbers: Sequence[str], state: str) -> None:
    """Switch numbers to ACTIVE or INACTIVE."""
    db.executemany("UPDATE numbers SET state = ? WHERE e164 = ?", [(state, number) for number in numbers])


def _scope(visit: Visit, organization: str) -> tuple[str, str]:
    location = visit.query.get("locationId")
    if location is None:
        return "numbers.organization = ?", organization
    return "numbers.location = ?", find_location(visit, organization, location)["id"]


def _rows(db: sqlite3.Connection, condition: str, value: str, page: Page) -> list[sqlite3.Row]:
    # Paged before it is joined: a deep page then costs index steps, not look-ups.
    statement = f"""
        SELECT page.*, locations.name AS location_name
        FROM (SELECT * FROM numbers WHERE {condition} ORDER BY rowid LIMIT ? OFFSET ?) AS page
        JOIN locations ON locations.id = page.location"""  # noqa: S608 - the condition is one of two constants
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
    }
