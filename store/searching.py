"""Searching by the beginning of a text."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func

_LAST = "\U0010ffff"
"""The highest code point: with COLLATE "C" every text that begins with a prefix lies between it and prefix + this."""


def begins_with(column: Any, prefix: str) -> ColumnElement[bool]:
    """Return "the column begins with the prefix, in any case"."""
    return func.lower(column).startswith(prefix.lower(), autoescape=True)


def within_prefix(column: Any, prefix: str) -> ColumnElement[bool]:
    """Return "the column begins with the prefix" as a range, for COLLATE "C" columns (LIKE would lose the index)."""
    return and_(column >= prefix, column < prefix + _LAST)
