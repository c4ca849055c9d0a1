"""What the customer's administrator does in Control Hub behind our back, as control routes.

Each takes a JSON body and answers 204, or says why not: 400 a body it does not understand, 404 a location or number
that there is not, 409 a number that there is already. A test that turns nothing must not pass.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, TypeVar
from uuid import NAMESPACE_URL, uuid5

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from controlhub.simulator.answers import JSON
from controlhub.simulator.inventory import delete_numbers, find_numbers, insert_numbers
from controlhub.simulator.organizations import webex_id
from controlhub.simulator.storage import transaction
from controlhub.simulator.switches import Switches, turn

Endpoint = Callable[[Request], Awaitable[Response]]


class Order(BaseModel):
    """The body of a control route."""

    model_config = ConfigDict(extra="forbid")


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


class Location(Order):
    """The body of POST /_locations/vanish."""

    location: str


class MainNumber(Location):
    """The body of POST /_locations/main_number: a number that the location has, null for none."""

    number: str | None


class Turning(Order):
    """The body of POST /_switches."""

    organization: str
    switches: Switches


Body = TypeVar("Body", bound=Order)


class Missing(Exception):
    """There is no such location or number."""


def administrator_routes(db: sqlite3.Connection) -> list[Route]:
    """Return the control routes."""
    return [
        Route("/_numbers/assign", _order(db, Assignment, _assign), methods=["POST"]),
        Route("/_numbers/unassign", _order(db, Numbers, _unassign), methods=["POST"]),
        Route("/_numbers/add", _order(db, Addition, _add), methods=["POST"]),
        Route("/_numbers/remove", _order(db, Numbers, _remove), methods=["POST"]),
        Route("/_locations/vanish", _order(db, Location, _vanish), methods=["POST"]),
        Route("/_locations/main_number", _order(db, MainNumber, _set_main_number), methods=["POST"]),
        Route("/_switches", _order(db, Turning, _turn), methods=["POST"]),
    ]


def _order(db: sqlite3.Connection, shape: type[Body], act: Callable[[sqlite3.Connection, Body], None]) -> Endpoint:
    async def obey(request: Request) -> Response:
        try:
            body = shape.model_validate_json(await request.body())
            with transaction(db):
                act(db, body)
        except ValidationError as error:
            return _objection(400, error)
        except Missing as error:
            return _objection(404, error)
        except sqlite3.IntegrityError as error:
            return _objection(409, error)
        return Response(status_code=204)

    return obey


def _objection(status: int, error: Exception) -> Response:
    return Response(orjson.dumps({"message": str(error)}), status, media_type=JSON)


def _assign(db: sqlite3.Connection, body: Assignment) -> None:
    _check(db, body.numbers)
    owner = webex_id(body.type, uuid5(NAMESPACE_URL, f"{body.first_name} {body.last_name}"))
    rows = [(number, owner, body.type, body.first_name, body.last_name) for number in body.numbers]
    db.executemany("INSERT OR REPLACE INTO owners VALUES (?, ?, ?, ?, ?)", rows)


def _unassign(db: sqlite3.Connection, body: Numbers) -> None:
    _check(db, body.numbers)
    db.executemany("DELETE FROM owners WHERE e164 = ?", [(number,) for number in body.numbers])


def _add(db: sqlite3.Connection, body: Addition) -> None:
    insert_numbers(db, _location(db, body.location), body.numbers, body.number_type, body.usage, body.state)


def _remove(db: sqlite3.Connection, body: Numbers) -> None:
    """Take the numbers away whatever they are: nobody asks us."""
    _check(db, body.numbers)
    delete_numbers(db, body.numbers)
    numbers = [(number,) for number in body.numbers]
    db.executemany("UPDATE locations SET main_number = NULL WHERE main_number = ?", numbers)


def _vanish(db: sqlite3.Connection, body: Location) -> None:
    location = _location(db, body.location)["id"]
    held = db.execute("SELECT e164 FROM numbers WHERE location = ?", (location,))
    delete_numbers(db, [row["e164"] for row in held.fetchall()])
    db.execute("DELETE FROM locations WHERE id = ?", (location,))


def _set_main_number(db: sqlite3.Connection, body: MainNumber) -> None:
    location = _location(db, body.location)["id"]
    if body.number and _check(db, [body.number])[0]["location"] != location:
        raise Missing(f"not at the location: {body.number}")
    db.execute("UPDATE locations SET main_number = ? WHERE id = ?", (body.number, location))
    db.execute("UPDATE numbers SET is_main = e164 IS ? WHERE location = ?", (body.number, location))


def _turn(db: sqlite3.Connection, body: Turning) -> None:
    turn(db, body.organization, body.switches)


def _location(db: sqlite3.Connection, location: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute("SELECT * FROM locations WHERE id = ?", (location,)).fetchone()
    if row is None:
        raise Missing(f"no such location: {location}")
    return row


def _check(db: sqlite3.Connection, numbers: Sequence[str]) -> list[sqlite3.Row]:
    """Return the rows of the numbers, in their order; raises Missing where there is none for one of them."""
    found = find_numbers(db, numbers)
    if missing := [number for number in numbers if number not in found]:
        raise Missing(f"no such numbers: {', '.join(missing)}")
    return [found[number] for number in numbers]
