"""What the customer's administrator does to numbers in Control Hub behind our back, as control routes."""

import sqlite3
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field
from starlette.routing import Route

from controlhub.simulator.estate import estate_routes
from controlhub.simulator.inventory import delete_numbers, insert_numbers
from controlhub.simulator.orders import Order, known_location, known_numbers, order_route
from controlhub.simulator.organizations import webex_id
from controlhub.simulator.switches import Switches, turn


class Numbers(Order):
    """The body of POST /_numbers/unassign and /_numbers/remove."""

    numbers: list[str] = Field(min_length=1)


class Assignment(Numbers):
    """The body of POST /_numbers/assign: one owner for all the numbers."""

    type: Literal["PEOPLE", "PLACE", "AUTO_ATTENDANT", "CALL_QUEUE", "HUNT_GROUP"] = "PEOPLE"
    first_name: str = "Ada"
    last_name: str = "Byron"


class Addition(Numbers):
    """The body of POST /_numbers/add."""

    location: str
    number_type: Literal["DID", "TOLLFREE", "MOBILE"] = "DID"
    usage: Literal["NONE", "SERVICE"] = "NONE"
    state: Literal["ACTIVE", "INACTIVE"] = "ACTIVE"


class Turning(Order):
    """The body of POST /_switches."""

    organization: str
    switches: Switches


def administrator_routes(db: sqlite3.Connection) -> list[Route]:
    """Return the control routes."""
    return [
        order_route(db, "/_numbers/assign", Assignment, _assign),
        order_route(db, "/_numbers/unassign", Numbers, _unassign),
        order_route(db, "/_numbers/add", Addition, _add),
        order_route(db, "/_numbers/remove", Numbers, _remove),
        order_route(db, "/_switches", Turning, _turn),
        *estate_routes(db),
    ]


def _assign(db: sqlite3.Connection, body: Assignment) -> None:
    known_numbers(db, body.numbers)
    owner = webex_id(body.type, uuid5(NAMESPACE_URL, f"{body.first_name} {body.last_name}"))
    rows = [(number, owner, body.type, body.first_name, body.last_name) for number in body.numbers]
    db.executemany("INSERT OR REPLACE INTO owners VALUES (?, ?, ?, ?, ?)", rows)


def _unassign(db: sqlite3.Connection, body: Numbers) -> None:
    known_numbers(db, body.numbers)
    db.executemany("DELETE FROM owners WHERE e164 = ?", [(number,) for number in body.numbers])


def _add(db: sqlite3.Connection, body: Addition) -> None:
    location = known_location(db, body.location)
    insert_numbers(db, location, body.numbers, body.number_type, body.usage, body.state)


def _remove(db: sqlite3.Connection, body: Numbers) -> None:
    """Take the numbers away whatever they are: nobody asks us."""
    known_numbers(db, body.numbers)
    delete_numbers(db, body.numbers)
    numbers = [(number,) for number in body.numbers]
    db.executemany("UPDATE locations SET main_number = NULL WHERE main_number = ?", numbers)


def _turn(db: sqlite3.Connection, body: Turning) -> None:
    turn(db, body.organization, body.switches)
