"""The organization's locations and how each reaches the PSTN, and the administrator who consented."""

import sqlite3
from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from controlhub.simulator.answers import Answer, json_answer
from controlhub.simulator.organizations import webex_id
from controlhub.simulator.pages import link_headers, page_of
from controlhub.simulator.visit import Visit


def person_me(visit: Visit, organization: str) -> Answer:
    """Answer GET /v1/people/me: the administrator of the organization."""
    (name,) = visit.db.execute("SELECT name FROM organizations WHERE id = ?", (organization,)).fetchone()
    body = {
        "id": webex_id("PEOPLE", uuid5(NAMESPACE_URL, organization)),
        "displayName": f"Administrator of {name}",
        "emails": ["admin@customer.example"],
        "orgId": organization,
        "type": "person",
    }
    return json_answer(200, body)


def list_locations(visit: Visit, organization: str) -> Answer:
    """Answer GET /v1/locations."""
    page = page_of(visit)
    rows = visit.db.execute(
        "SELECT * FROM locations WHERE organization = ? ORDER BY rowid LIMIT ? OFFSET ?",
        (organization, page.size, page.start),
    ).fetchall()
    (total,) = visit.db.execute("SELECT COUNT(*) FROM locations WHERE organization = ?", (organization,)).fetchone()
    return json_answer(200, {"items": [_location(row) for row in rows]}, link_headers(visit, page, total))


def location_telephony(visit: Visit, organization: str) -> Answer:
    """Answer GET /v1/telephony/config/locations/{location}."""
    row = location_in(visit, organization)
    caller = {"phoneNumber": row["main_number"]} if row["main_number"] else {}
    return json_answer(200, {"id": row["id"], "name": row["name"], "callingLineId": caller, "userLimit": 1_000_000})


def location_connection(visit: Visit, organization: str) -> Answer:
    """Answer GET /v1/telephony/pstn/locations/{location}/connection."""
    row = location_in(visit, organization)
    connection_type = row["connection_type"]
    if not connection_type:
        raise visit.refused(404, "The location has no PSTN connection.")
    body = {
        "id": webex_id("PSTN_CONNECTION", uuid5(NAMESPACE_URL, row["id"])),
        "displayName": provider_of(visit.db, row),
        "pstnServices": ["GEOGRAPHIC_NUMBERS", "TOLLFREE_NUMBERS", "SERVICE_NUMBERS"],
        "pstnConnectionType": connection_type,
    }
    return json_answer(200, body)


def provider_of(db: sqlite3.Connection, location: sqlite3.Row) -> str:
    """Return the name of who runs the location's connection; where nobody said, all of a type have the same one."""
    row = db.execute("SELECT name FROM providers WHERE location = ?", (location["id"],)).fetchone()
    name: str = row["name"] if row else location["connection_type"].replace("_", " ").title()
    return name


def set_provider(db: sqlite3.Connection, location: str, name: str | None) -> None:
    """Say who runs the location's connection, None for the one that all of its type have."""
    db.execute("DELETE FROM providers WHERE location = ?", (location,))
    if name is not None:
        db.execute("INSERT INTO providers VALUES (?, ?)", (location, name))


def location_in(visit: Visit, organization: str) -> sqlite3.Row:
    """Return the location that the path names; raises Refused where the organization has no such location."""
    return find_location(visit, organization, visit.segments["location"])


def find_location(visit: Visit, organization: str, location: str) -> sqlite3.Row:
    """Return a location of the organization; raises Refused where it has no such location."""
    row: sqlite3.Row | None = visit.db.execute(
        "SELECT * FROM locations WHERE id = ? AND organization = ?", (location, organization)
    ).fetchone()
    if row is None:
        raise visit.refused(404, "Location not found.")
    return row


def _location(row: sqlite3.Row) -> Mapping[str, object]:
    return {
        "id": row["id"],
        "name": row["name"],
        "orgId": row["organization"],
        "timeZone": row["time_zone"],
        "preferredLanguage": "en_US",
        "address": {"city": row["name"], "country": row["country"]},
    }
