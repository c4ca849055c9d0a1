"""Bringing entries into their table by COPY, many times as fast as INSERT: PostgreSQL's text format, by hand.

COPY goes into a temporary table, for it cannot go where row-level security says what may be stored.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from store.database import Transaction
from store.entries import Entry, Judged, Part
from store.errors import TextInvalid
from store.tables import Upload


class Stage:
    """An open COPY into the entries of one upload."""

    def __init__(self, copy: psycopg.AsyncCopy) -> None:
        self._copy = copy

    async def write(self, encoded: bytes) -> None:
        """Store what `encode` has made."""
        await self._copy.write(encoded)


_TOLD = ("kind", "line", "raw", "raw_last", "guess", "overrides", "cells")
_COLUMNS = ", ".join(("provider_id, channel_id, customer_id, upload_id, position, part", *_TOLD, *Part._fields))
"""In the order in which `encode` writes them."""


_MAKE = "CREATE TEMP TABLE IF NOT EXISTS staged_entry (LIKE upload_entry INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"
_COPY = f"COPY pg_temp.staged_entry ({_COLUMNS}) FROM STDIN"
_MOVE = f"INSERT INTO upload_entry ({_COLUMNS}) SELECT {_COLUMNS} FROM pg_temp.staged_entry"  # noqa: S608  # our own words
_EMPTY = "DELETE FROM pg_temp.staged_entry"
"""What the same transaction has moved before; a commit empties the table by itself."""


@asynccontextmanager
async def opened(transaction: Transaction) -> AsyncIterator[Stage]:
    """Open a COPY; nothing else can be asked of the transaction meanwhile."""
    connection = await transaction.driver_connection()
    await connection.execute(_MAKE)
    await connection.execute(_EMPTY)
    async with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        yield Stage(copy)
    await connection.execute(_MOVE)


async def append(transaction: Transaction, upload: Upload, judged: Iterable[Judged]) -> None:
    """Store entries at once; for many, write to `opened` in chunks."""
    encoded = encode(upload, judged)
    async with opened(transaction) as stage:
        await stage.write(encoded)


def encode(upload: Upload, judged: Iterable[Judged]) -> bytes:
    """Write entries in PostgreSQL's text format of COPY. Pure, so that a thread can do it.

    Raises TextInvalid where a text holds a character that PostgreSQL does not store.
    """
    channel = upload.channel_id or r"\N"
    owner = f"{upload.provider_id}\t{channel}\t{upload.customer_id}\t{upload.id}\t"
    lines: list[str] = []
    for entry, parts in judged:
        told = _told(entry, parts[0])
        for number, part in enumerate(parts):
            lines.append(f"{owner}{entry[0]}\t{number}\t{told}\t{_found(part)}\n")
    try:
        return "".join(lines).encode()
    except UnicodeEncodeError as error:
        raise TextInvalid from error


def _told(entry: Entry, part: Part) -> str:
    _, kind, raw, raw_last, line, guess, overrides, cells = entry
    if raw is part[0] and raw_last is None and cells is None and line is not None and not overrides:
        # A number that was read as it stands, and nothing else: nearly every line of a large file.
        return f"{kind}\t{line}\t{raw}\t\\N\t{'t' if guess else 'f'}\t\\N\t\\N"
    return (
        f"{kind}\t{_plain(line)}\t{_text(raw)}\t{_text(raw_last)}\t{'t' if guess else 'f'}"
        f"\t{_json(overrides)}\t{_array(cells)}"
    )


def _found(part: Part) -> str:
    if part.code is None and part.repairs is None and part.number_type is None:
        # Nearly every line of a large file.
        return f"{part[0]}\t{part[1]}\t{part[2]}\t{part[3]}\t{part[4]}\t{part[5]}{_NOTHING_MORE}"
    first, last, size, calling_code, area_code, verdict, *_ = part
    return (
        f"{_plain(first)}\t{_plain(last)}\t{size}\t{_plain(calling_code)}\t{_plain(area_code)}\t{verdict.value}"
        f"\t{_plain(part.code)}\t{_text(part.message)}\t{_array(part.repairs)}\t{_plain(part.number_type)}"
        f"\t{_plain(part.phone_type)}\t{_plain(part.cac)}\t{_text(part.service_info)}"
    )


_NOTHING_MORE = r"	\N" * 7

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_QUOTES = str.maketrans({"\\": r"\\", '"': r"\""})


def _plain(value: object) -> str:
    return r"\N" if value is None else str(value)


def _text(value: str | None) -> str:
    if value is None:
        return r"\N"
    if value.isprintable() and "\\" not in value:
        return value
    if "\x00" in value:
        raise TextInvalid
    return value.translate(_ESCAPES)


def _json(value: Mapping[Any, str] | None) -> str:
    if not value:
        return r"\N"
    if any("\x00" in text for text in value.values()):
        raise TextInvalid
    # Not orjson, which raises an error of its own where half of a surrogate pair stands: `encode` finds those.
    return _text(json.dumps({str(key): text for key, text in value.items()}, ensure_ascii=False))


def _array(values: Sequence[str] | None) -> str:
    if not values:
        return r"\N"
    return _text("{" + ",".join(f'"{value.translate(_QUOTES)}"' for value in values) + "}")
