"""Column types and the pieces that several tables share."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Index, String, Text, TextClause, TypeDecorator, Uuid, func, text
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


def sorted_by(name: str, *key: str | TextClause) -> tuple[Index, Index, Index]:
    """Declare the indexes behind an order, for each level that lists by it: everything, a provider's, a channel's."""
    return (
        Index(f"{name}", *key, "id"),
        Index(f"{name}_of_provider", "provider_id", *key, "id"),
        Index(f"{name}_of_channel", "channel_id", *key, "id"),
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
