"""Narrowing and ordering lists: what all of them have in common."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import described, published
from schema.inputs.naming import CustomerBy, LocationBy, ServiceBy, TenantBy, UploadBy
from store.database import Reading
from store.errors import NotFound
from store.lookup import Row, one
from store.paging import Order
from store.searching import Period
from store.tables import Tenant
from store.vocabulary import Word

Choice = TypeVar("Choice")

Nameable = CustomerBy | ServiceBy | LocationBy | UploadBy
"""What a filter names by an id or by the caller's own reference."""

TENANT = "Only what belongs to this tenant and to those below it; of a channel: what the channel sells."
"""The description of every tenant in a filter."""

_SEPARATORS = frozenset("+./'")
"""What people write into a phone number beside spaces, brackets and hyphens."""

_SEPARATING = frozenset({"Zs", "Cf", "Pd", "Ps", "Pe"})
"""The Unicode categories of spaces, invisible marks, hyphens and brackets, of whatever script."""


@published
class OrderDirection(Word):
    """Which way a list runs."""

    ASC = "ASC", "From A to Z, from the lowest, from the oldest."
    DESC = "DESC", "From Z to A, from the highest, from the newest."


Direction = Annotated[
    OrderDirection | None,
    strawberry.argument(description="Which way; null: as the order itself says."),
]


@strawberry.input(description="A period of time; what is left out leaves that end open.")
class PeriodInput:
    """A period."""

    since: datetime | None = described("From this moment on, included.", default=None)
    before: datetime | None = described("Up to this moment, not included.", default=None)

    def decoded(self) -> Period:
        """Convert it."""
        return Period(self.since, self.before)


def ordered(order: Order, direction: OrderDirection | None, given: object | None) -> Order:
    """Return the order as it is asked for, for a list with this filter; its cursors are good for nothing else."""
    descending = order.descending if direction is None else direction is OrderDirection.DESC
    name = f"{order.name} {'DESC' if descending else 'ASC'}"
    # As if there were none: a filter that says nothing.
    narrowed = given is not None and given != type(given)()
    return replace(order, name=f"{name} {_mark(given)}" if narrowed else name, descending=descending)


async def subtree(reading: Reading, chosen: TenantBy | None) -> Tenant | None:
    """Return the chosen tenant, None where none was chosen.

    Raises NotFound, AmbiguousReference.
    """
    return await one(reading, Tenant, chosen.named("filter", "tenant")) if chosen else None


async def chosen(reading: Reading, table: Any, by: Nameable | None, field: str) -> UUID | None:
    """Return the key of the row of `table` that a field of a filter names, None where it names nothing.

    A key is taken as it stands: what is not in scope has no rows there. Raises NotFound, AmbiguousReference.
    """
    if by is None:
        return None
    name = by.name("filter", field)
    if name.id is not None:
        return name.id
    key: UUID = (await one(reading, table, name)).id
    return key


async def named(info: Info, table: type[Row], by: Nameable) -> Row | None:
    """Return the row that `by` names, None where there is none. Raises AmbiguousReference."""
    try:
        async with info.context.desk.read() as reading:
            return await one(reading, table, by.name("by"))
    except NotFound:
        return None


def choices(given: Iterable[Choice] | None) -> tuple[Choice, ...]:
    """Return the values of a filter, each once; none where it does not narrow."""
    return tuple(dict.fromkeys(given or ()))


def searched(given: str | None) -> str | None:
    """Return what is searched for, None where that is nothing; space around it comes from pasting."""
    return (given or "").strip() or None


def number_beginning(text: str) -> str | None:
    """Return the beginning of an E.164 number that a text stands for; None where it holds more than that, or nothing.

    The plus, spaces, brackets, hyphens, dots and slashes may be there or not, and 00 may stand for the plus.
    """
    digits = "".join(mark for mark in text if mark not in _SEPARATORS and unicodedata.category(mark) not in _SEPARATING)
    beginning = digits.removeprefix("00")
    begun = text.strip() == "+" or (beginning.isascii() and beginning.isdigit())
    return f"+{beginning}" if begun else None


def _mark(given: Any) -> str:
    """Return what tells this filter from others, in whichever process; in which order values stand means nothing."""
    fields: Mapping[str, Any] = asdict(given)
    said = {name: _in_any_order(value) for name, value in fields.items() if value is not None and value != []}
    return hashlib.blake2b(json.dumps(said, default=str).encode(), digest_size=6).hexdigest()


def _in_any_order(value: Any) -> Any:
    return sorted(set(value)) if isinstance(value, list) else value
