"""What there is: ids, cursors and names that generated operations may name, so that they get further than NOT_FOUND."""

import random
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schema.ids import decode
from store.errors import NotFound

REMEMBERED = 40
"""How many of each kind are kept: the newest, for operations remove things."""

TEXTS = ("trunks", "fullName", "carrier", "region", "reason", "serviceInfo", "emergencyStrings")
"""The inputs that take any text."""

NEW = 4
"""How many places operations go to; so many come in two batches."""

CURSORS = frozenset({"cursor", "startCursor", "endCursor"})
"""The fields whose values are places in a list or a feed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Things that belong together: ids by kind, the first digits of numbers, and tokens of those who see them."""

    ids: Mapping[str, str]
    numbers: str
    callers: tuple[str, ...]

    def number(self, chance: random.Random) -> str:
        """Return one of its numbers, or one beside them."""
        return f"{self.numbers}{chance.randint(0, 99):03}"


class Known:
    """Grows with each answer."""

    def __init__(self) -> None:
        self._places: deque[Place] = deque(maxlen=REMEMBERED)
        self._texts: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def arrange(self, place: Place) -> None:
        """Take over what was arranged."""
        self._places.append(place)

    def learn(self, answer: object) -> None:
        """Remember what an answer names."""
        for name, value in _texts(answer):
            kind = _kind(value) if name == "id" else "cursor" if name in CURSORS else name
            self._texts[kind].append(value)

    def place(self, chance: random.Random) -> Place:
        """Return one of the newest places."""
        return chance.choice(list(self._places)[-NEW:])

    def oldest(self) -> Place:
        """Return a place that nobody else looks for any more, where there are such."""
        return self._places[0]

    def text(self, kind: str, chance: random.Random) -> str:
        """Return one that was seen: an id of a kind, a cursor, or the value of a field; nothing where none was."""
        return chance.choice(self._texts[kind] or [""])


def _texts(answer: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of an answer with the field that holds it."""
    if isinstance(answer, dict):
        for field, value in answer.items():
            yield from _texts(value, field)
    elif isinstance(answer, list):
        for value in answer:
            yield from _texts(value, name)
    elif isinstance(answer, str):
        yield name, answer


def _kind(value: str) -> str:
    try:
        return decode(value)[0]
    except NotFound:
        return ""


def is_kind(kind: str, name: str) -> bool:
    """Return whether a name of the schema ends in a kind of things: sipConnectionId, ServiceBy, tenant."""
    return name.removesuffix("Id").removesuffix("By").lower().endswith(kind.lower())


def values(known: Known, place: Place, chance: random.Random) -> Mapping[str, Any]:
    """Return values that fit, by the name of what takes them."""
    number = place.number(chance)
    text = f"Text {chance.randint(0, 30)}"
    return {
        "single": number,
        "e164": number,
        "startsWith": number[: chance.randint(1, 12)],
        "search": chance.choice(["P", "a", "%", number[:5]]),
        "text": "\n".join(place.number(chance) for _ in range(chance.randint(1, 20))),
        "after": known.text("cursor", chance),
        "before": known.text("cursor", chance),
        "reference": known.text("reference", chance) if chance.random() < EVEN else text,
        "name": known.text("name", chance) if chance.random() < EVEN else text,
        "adminEmail": f"admin{chance.randint(0, 9)}@a.example",
        "organizationId": known.text("organizationId", chance),
        "country": "US",
        "callingCode": "1",
        "since": "2026-01-01T00:00:00Z",
        "cacValue": 2,
        "idempotencyKey": f"key {chance.randint(0, 60)}",
        "positions": chance.randint(0, 12),
        **dict.fromkeys(TEXTS, text),
        "force": False,
        "leaveAtControlHub": False,
    }


EVEN = 0.5
