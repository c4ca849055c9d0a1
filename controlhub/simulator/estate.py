"""What the customer's administrator does to locations behind our back, as control routes."""

import sqlite3
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field
from starlette.routing import Route

from controlhub.simulator.inventory import delete_numbers
from controlhub.simulator.locations import set_provider
from controlhub.simulator.orders import Missing, Order, known_location, known_numbers, order_route
from controlhub.simulator.organizations import webex_id

ConnectionType = Literal["LOCAL_GATEWAY", "NON_INTEGRATED_CCP", "INTEGRATED_CCP", "CISCO_PSTN"]


class Opening(Order):
    """The body of POST /_locations/add; it answers the id, the same for the same organization and name.

    `connection_type` null is a location whose connection nobody has set up yet; `provider` is who runs the
    connection, null for the one that all of its type have.
    """

    organization: str
    name: str = Field(min_length=1)
    country: str = Field(pattern="^[A-Z]{2}$")
    time_zone: str = "Europe/Rome"
    connection_type: ConnectionType | None = "LOCAL_GATEWAY"
    provider: str | None = None


class Location(Order):
    """The body of POST /_locations/vanish: the location goes, and its numbers with it."""

    location: str


class Alteration(Location):
    """The body of POST /_locations/change: what it names is changed, the rest stays."""

    name: str | None = Field(default=None, min_length=1)
    connection_type: ConnectionType | None = None
    provider: str | None = None


class MainNumber(Location):
    """The body of POST /_locations/main_number: a number that the location has, null for none."""

    number: str | None


def estate_routes(db: sqlite3.Connection) -> list[Route]:
    """Return the control routes."""
    return [
        order_route(db, "/_locations/add", Opening, _open),
        order_route(db, "/_locations/change", Alteration, _alter),
        order_route(db, "/_locations/vanish", Location, _vanish),
        order_route(db, "/_locations/main_number", MainNumber, _set_main_number),
    ]


def _open(db: sqlite3.Connection, body: Opening) -> dict[str, str]:
    if not db.execute("SELECT 1 FROM organizations WHERE id = ?", (body.organization,)).fetchone():
        raise Missing(f"no such organization: {body.organization}")
    location = webex_id("LOCATION", uuid5(NAMESPACE_URL, f"{body.organization} {body.name}"))
    db.execute(
        "INSERT INTO locations VALUES (?, ?, ?, ?, ?, ?, NULL)",
        (location, body.organization, body.name, body.country, body.time_zone, body.connection_type or ""),
    )
    set_provider(db, location, body.provider)
    return {"id": location}


def _alter(db: sqlite3.Connection, body: Alteration) -> None:
    location = known_location(db, body.location)["id"]
    named = body.model_fields_set
    if "name" in named:
        db.execute("UPDATE locations SET name = ? WHERE id = ?", (body.name, location))
    if "connection_type" in named:
        db.execute("UPDATE locations SET connection_type = ? WHERE id = ?", (body.connection_type or "", location))
    if "provider" in named:
        set_provider(db, location, body.provider)


def _vanish(db: sqlite3.Connection, body: Location) -> None:
    location = known_location(db, body.location)["id"]
    held = db.execute("SELECT e164 FROM numbers WHERE location = ?", (location,))
    delete_numbers(db, [row["e164"] for row in held.fetchall()])
    set_provider(db, location, None)
    db.execute("DELETE FROM locations WHERE id = ?", (location,))


def _set_main_number(db: sqlite3.Connection, body: MainNumber) -> None:
    location = known_location(db, body.location)["id"]
    if body.number and known_numbers(db, [body.number])[0]["location"] != location:
        raise Missing(f"not at the location: {body.number}")
    db.execute("UPDATE locations SET main_number = ? WHERE id = ?", (body.number, location))
    db.execute("UPDATE numbers SET is_main = e164 IS ? WHERE location = ?", (body.number, location))
