"""Column types and the pieces that several tables share."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Computed,
    DateTime,
    Dialect,
    Index,
    String,
    Text,
    TextClause,
    TypeDecorator,
    Uuid,
    func,
    inspect,
    text,
)
from sqlmodel import Field, SQLModel

from store.vocabulary import Word


class Moment(TypeDecorator[datetime]):
    """An aware point in time. It comes back in UTC, because our connections speak UTC (see `store.database`)."""

    impl = DateTime(timezone=True)
    cache_ok = True


class PlainText(TypeDecorator[str]):
    """Text compared byte by byte, so that a prefix search can use a plain index as a range (COLLATE "C")."""

    impl = Text(collation="C")
    cache_ok = True


def word(kind: type[Word]) -> type[TypeDecorator[Any]]:
    """Make the column type of an enum: its value as text, so that adding a member needs no migration."""
    members: dict[str, Word] = {str(member): member for member in kind}

    class WordColumn(TypeDecorator[Any]):
        impl = String(32)
        cache_ok = True

        def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
            return None if value is None else str(members[value])

        def process_result_value(self, value: Any, dialect: Dialect) -> Word | None:  # noqa: ARG002
            return None if value is None else members[value]

    WordColumn.__name__ = f"{kind.__name__}Column"
    return WordColumn


def new_id() -> Any:
    """Declare the primary key: a UUID made by the database, ordered by time."""
    return Field(default=None, primary_key=True, sa_type=Uuid, sa_column_kwargs={"server_default": text("uuidv7()")})


def moment_now() -> Any:
    """Declare a time that the database sets when the row is made."""
    return Field(default=None, sa_type=Moment, nullable=False, sa_column_kwargs={"server_default": func.now()})


def moment() -> Any:
    """Declare an optional time."""
    return Field(default=None, sa_type=Moment, nullable=True)


def folded_name(key: str, name: str) -> Column[Any]:
    """Declare what a name is found and sorted by, in any case: the database keeps it, see `store.searching.folded`."""
    return _kept(key, Text(collation="pg_c_utf8"), f"lower({name} COLLATE pg_c_utf8)")


def moment_or_never(key: str, name: str) -> Column[Any]:
    """Declare what an optional time is sorted by: the database keeps it, with the year 1 where there is no time."""
    return _kept(key, Moment(), f"coalesce({name}, '0001-01-01 00:00:00+00'::timestamptz)")


def kept(table: type[SQLModel], key: str) -> Any:
    """Return a column that the database fills: it can be compared and sorted by, and is no part of a row in memory."""
    return inspect(table).local_table.c[key]


def _kept(key: str, kind: Any, expression: str) -> Column[Any]:
    """Declare a column that the database fills by itself from others of the row.

    Under row-level security a condition on an expression reaches no index: it might tell of rows that are not shown.
    """
    return Column(key, kind, Computed(expression, persisted=True))


def sorted_by(name: str, *key: str | TextClause, where: TextClause | None = None) -> tuple[Index, Index, Index]:
    """Declare the indexes behind an order, for each level that lists by it: everything, a provider's, a channel's."""
    return (
        Index(f"{name}", *key, "id", postgresql_where=where),
        Index(f"{name}_of_provider", "provider_id", *key, "id", postgresql_where=where),
        Index(f"{name}_of_channel", "channel_id", *key, "id", postgresql_where=where),
    )


class Owned(SQLModel):
    """What every row of a customer's data carries: whose it is, at each level."""

    provider_id: UUID = Field(sa_type=Uuid)
    channel_id: UUID | None = Field(default=None, sa_type=Uuid)
    customer_id: UUID = Field(sa_type=Uuid)

    def ownership(self) -> dict[str, Any]:
        """Return the three ids, to be handed on to rows that belong to this one."""
        return {
            "provider_id": self.provider_id,
            "channel_id": self.channel_id,
            "customer_id": self.customer_id,
        }
