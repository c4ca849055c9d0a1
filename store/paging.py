"""Keyset paging: a page begins after the last row of the one before, however many rows come or go meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, and_, bindparam, func, literal, select, tuple_

from store.database import Reading
from store.errors import NumberlineError

Row = TypeVar("Row")


@dataclass(eq=False)
class CursorInvalid(NumberlineError):
    """The cursor does not belong to this list; start again without it."""

    code = "CURSOR_INVALID"


@dataclass(frozen=True, slots=True)
class Key:
    """A column of the order: how to read its value from a row, and how to read it back from a cursor.

    `bound` makes of the value that was read back what the column is compared with; None: the value itself.
    """

    column: Any
    value: Callable[[Any], object]
    parse: Callable[[str], object] = str
    bound: Callable[[Any], Any] | None = None

    def limit(self, raw: str) -> Any:
        """Return what the column is compared with for this part of a cursor. Raises ValueError."""
        # The value takes the type of its column, so that the database compares like with like.
        value = literal(self.parse(raw), self.column.type)
        return value if self.bound is None else self.bound(value)


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: the last key must be unique. All keys run in the same direction.

    A cursor is good for orders of its own order's name.
    """

    name: str
    keys: tuple[Key, ...]
    descending: bool = False

    def cursor(self, row: Any) -> tuple[str, ...]:
        """Return the place of a row in this order, as text."""
        return tuple(_text(key.value(row)) for key in self.keys)


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows: `size` of them after a place, or, where `backward`, before it. None is the start or the end."""

    size: int
    cursor: tuple[str, ...] | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in the list's order, and whether there are more on either side."""

    rows: Sequence[Row]
    has_next: bool
    has_previous: bool


async def page(reading: Reading, query: Select[Any], order: Order, window: Window) -> Page[Any]:
    """Run the query for one window. `query` has its joins and filters, no order and no limit.

    Raises CursorInvalid.
    """
    descending = order.descending != window.backward
    if window.cursor is not None:
        query = query.where(_beyond(order, window.cursor, descending=descending))
    columns = [key.column.desc() if descending else key.column.asc() for key in order.keys]
    found = await reading.session.execute(query.order_by(*columns).limit(_written(window.size + 1)))
    rows = list(found.all())
    more = len(rows) > window.size
    rows = rows[: window.size]
    if window.backward:
        rows.reverse()
    return Page(
        rows,
        has_next=window.cursor is not None if window.backward else more,
        has_previous=more if window.backward else window.cursor is not None,
    )


async def count(reading: Reading, query: Select[Any]) -> int:
    """Return how many rows the query has in all."""
    counted = await reading.session.execute(select(func.count()).select_from(query.subquery()))
    total: int = counted.scalar_one()
    return total


def parse_moment(raw: str) -> datetime:
    """Read a time from a cursor."""
    return datetime.fromisoformat(raw)


def parse_integer(raw: str) -> int:
    """Read a whole number from a cursor; ValueError where the column could not hold it."""
    number = int(raw)
    if not -(1 << 31) <= number < 1 << 31:
        raise ValueError(raw)
    return number


def id_key(table: Any, value: Callable[[Any], object] = lambda row: row[0].id) -> Key:
    """Return the key that makes any order total: the row's id, which also is the order in which rows were made."""
    return Key(table.id, value, UUID)


def _beyond(order: Order, cursor: tuple[str, ...], *, descending: bool) -> ColumnElement[bool]:
    if len(cursor) != len(order.keys):
        raise CursorInvalid
    try:
        limits = [key.limit(raw) for key, raw in zip(order.keys, cursor, strict=True)]
    except ValueError as error:
        raise CursorInvalid from error
    place, bound = tuple_(*(key.column for key in order.keys)), tuple_(*limits)
    # Of a row of columns of several tables no index knows; said of the first column alone, its own finds the place.
    first, limit = order.keys[0].column, limits[0]
    return and_(first <= limit, place < bound) if descending else and_(first >= limit, place > bound)


def _written(limit: int) -> BindParameter[int]:
    """Write the limit into the statement: as a parameter it would keep PostgreSQL from reusing the plan."""
    return bindparam(None, limit, type_=Integer, literal_execute=True)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
