"""Searching and sorting: names in any case, beginnings of texts, periods of time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, literal, true

from store.paging import Key

_LAST = "\U0010ffff"
"""The highest code point: with COLLATE "C" every text that begins with a prefix lies between it and prefix + this."""


@dataclass(frozen=True, slots=True)
class Period:
    """A time from `since` (included) to `before` (not included); None leaves that end open."""

    since: datetime | None = None
    before: datetime | None = None

    def covers(self, column: Any) -> ColumnElement[bool]:
        """Return "the moment lies within"; a moment that is not there lies within nothing but the open period."""
        ends = [column >= self.since if self.since else None, column < self.before if self.before else None]
        return and_(true(), *(end for end in ends if end is not None))


ALWAYS = Period()
"""The open period."""


def folded(text: Any) -> ColumnElement[str]:
    """Return the text in lower case, compared by code point: what names are found and sorted by.

    Where names are many, the table has them so in a column of its own (`store.columns.folded_name`): under row-level
    security no index serves lower(), which might tell of rows that are not shown.

    The collation is PostgreSQL's own, so that a name is found alike whatever the locale of the database. Python's lower
    case differs, for example for a capital I with a dot: it is on neither side.
    """
    key: ColumnElement[str] = func.lower(text.collate("pg_c_utf8"))
    return key


def name_key(name: Any, value: Callable[[Any], object]) -> Key:
    """Return the key that sorts by a folded name; a cursor holds the name as it is written."""
    return Key(name, value, bound=folded)


def begins_with(name: Any, prefix: str) -> ColumnElement[bool]:
    """Return "the folded name begins with the prefix, in any case", as a range that an index serves."""
    beginning = folded(literal(prefix, String))
    return and_(name >= beginning, name < beginning.concat(_LAST))


def within_prefix(column: Any, prefix: str) -> ColumnElement[bool]:
    """Return "the column begins with the prefix" as a range, for COLLATE "C" columns (LIKE would lose the index)."""
    return and_(column >= prefix, column < prefix + _LAST)
