"""One request as the handlers see it, without the web framework."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from controlhub.simulator.answers import Answer, Refused, error_answer


@dataclass(frozen=True, slots=True)
class Visit:
    """A request and what a handler needs to answer it.

    `base_url` is how the caller reaches us; `organization` is whose access token came along, None where it is
    missing or not good; `scope` is what its consent covers, None for everything; `numbers` are those that a JSON body
    names, in its order.
    """

    db: sqlite3.Connection
    now: datetime
    base_url: str
    method: str
    path: str
    segments: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    organization: str | None
    numbers: Sequence[str]
    tracking_id: str
    scope: str | None = None

    def count(self, name: str, default: int, ceiling: int) -> int:
        """Return a query parameter that is a count, held between 0 and the ceiling."""
        raw = self.query.get(name, "")
        return min(int(raw), ceiling) if raw.isdecimal() else default

    def body_text(self, name: str, default: str) -> str:
        """Return a text of the JSON body."""
        body = json_object(self.body)
        return str(body.get(name, default))

    def refused(self, status: int, message: str, code: int | None = None) -> Refused:
        """Return the exception that ends this visit with an error."""
        return Refused(error_answer(status, self.tracking_id, message, code))


Handler = Callable[[Visit], Answer]


def json_object(body: bytes) -> dict[str, object]:
    """Read a JSON object; empty where the body holds anything else."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def numbers_in(body: bytes) -> list[str]:
    """Return the phoneNumbers of a request body, or the numbers of its numberList; empty where it has none."""
    if not body.startswith(b"{"):
        return []
    request = json_object(body)
    parts = [listed(part, "numbers") for part in listed(request, "numberList")]
    return [str(number) for numbers in [listed(request, "phoneNumbers"), *parts] for number in numbers]


def listed(value: object, name: str) -> list[object]:
    """Return the field of an object where it is a list, else an empty list."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []
