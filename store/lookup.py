"""Finding rows by what names them, within the caller's scope. What lies outside of it does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import SQLModel, col

from store.database import Reading
from store.errors import AmbiguousReference, NotFound
from store.tables import Service

Row = TypeVar("Row", bound=SQLModel)
Query = TypeVar("Query", bound=Select[Any])


@dataclass(frozen=True, slots=True)
class Name:
    """What names a row in an input: our id, the caller's own reference, or what it is called.

    Exactly one of these three is set; `service` narrows what has that reference, or is called so. `path` is where in
    the input it stands; it is no part of the name.
    """

    id: UUID | None = None
    reference: str | None = None
    called: str | None = None
    service: "Name | None" = None
    path: tuple[str, ...] = field(default=(), compare=False, repr=False)


async def one(reading: Reading, table: type[Row], name: Name, *, lock: bool = False) -> Row:
    """Return the named row, locked against other writers for the transaction where `lock` is set.

    Raises NotFound, and AmbiguousReference where several owners in scope use the same reference.
    """
    query = select(table).where(reading.scope.covers(table), named(table, name)).limit(2)
    rows = (await reading.session.scalars(locked(query) if lock else query)).all()
    what = label(table)
    if not rows:
        raise NotFound(what, path=name.path)
    if len(rows) > 1:
        raise AmbiguousReference(what, name.reference or name.called or "", path=name.path)
    return rows[0]


def named(table: Any, name: Name) -> ColumnElement[bool]:
    """Return the condition "is the row of this name"; the caller's scope comes beside it."""
    if name.id:
        return col(table.id) == name.id
    if name.called is None:
        named_so = col(table.reference) == name.reference
    else:
        named_so = func.lower(col(table.name)) == name.called.lower()
    if name.service is None:
        return named_so
    # Without a scope of its own: a row is in the caller's scope exactly where its service is.
    return named_so & col(table.service_id).in_(select(col(Service.id)).where(named(Service, name.service)))


def locked(query: Query) -> Query:
    """Return the query so that it locks its rows, and reads them anew where the transaction has seen them before.

    FOR NO KEY UPDATE: nobody changes a key, and a foreign key that points here must not wait. PostgreSQL checks it
    again when a row is changed twice in a transaction, so that one who had locked an upload would wait for its service.
    """
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)


async def many(reading: Reading, table: type[Row], ids: Sequence[UUID]) -> list[Row | None]:
    """Return the rows with these ids in the order of the ids, None where there is none in scope."""
    key: Any = table
    rows = await reading.session.scalars(select(table).where(reading.scope.covers(table), col(key.id).in_(set(ids))))
    found: dict[UUID, Row] = {row.id: row for row in rows.all()}  # type: ignore[attr-defined]  # every table but two has an id
    return [found.get(wanted) for wanted in ids]


def label(table: type[SQLModel]) -> str:
    """Return what a person calls a row of the table: "sip connection"."""
    return str(table.__tablename__).replace("_", " ")
