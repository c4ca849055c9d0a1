"""What an administrator's control route is made of: a JSON body, obeyed in one transaction."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from controlhub.simulator.answers import JSON
from controlhub.simulator.inventory import find_numbers
from controlhub.simulator.storage import transaction


class Order(BaseModel):
    """The body of a control route. What it does not know it refuses: a test that turns nothing must not pass."""

    model_config = ConfigDict(extra="forbid")


Body = TypeVar("Body", bound=Order)


class Missing(Exception):
    """There is no such organization, location or number."""


def order_route(
    db: sqlite3.Connection, path: str, shape: type[Body], act: Callable[[sqlite3.Connection, Body], object]
) -> Route:
    """Return the route that does as it is told by POST.

    It answers 200 with what `act` returns, or 204 where that is None. It says why not: 400 a body it does not
    understand, 404 something that there is not, 409 something that there is already.
    """
    return Route(path, _obedient(db, shape, act), methods=["POST"])


def _obedient(
    db: sqlite3.Connection, shape: type[Body], act: Callable[[sqlite3.Connection, Body], object]
) -> Callable[[Request], Awaitable[Response]]:
    async def obey(request: Request) -> Response:
        try:
            body = shape.model_validate_json(await request.body())
            with transaction(db):
                result = act(db, body)
        except ValidationError as error:
            return _json(400, {"message": str(error)})
        except Missing as error:
            return _json(404, {"message": str(error)})
        except sqlite3.IntegrityError as error:
            return _json(409, {"message": str(error)})
        return Response(status_code=204) if result is None else _json(200, result)

    return obey


def known_location(db: sqlite3.Connection, location: str) -> sqlite3.Row:
    """Return the row of a location of any organization; raises Missing where there is none."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM locations WHERE id = ?", (location,)).fetchone()
    if row is None:
        raise Missing(f"no such location: {location}")
    return row


def known_numbers(db: sqlite3.Connection, numbers: Sequence[str]) -> list[sqlite3.Row]:
    """Return the rows of the numbers, in their order; raises Missing where there is none for one of them."""
    found = find_numbers(db, numbers)
    if missing := [number for number in numbers if number not in found]:
        raise Missing(f"no such numbers: {', '.join(missing)}")
    return [found[number] for number in numbers]


def _json(status: int, body: object) -> Response:
    return Response(orjson.dumps(body), status, media_type=JSON)
