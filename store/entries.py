"""Statements on the entries of an upload: read in pages, and compared with each other in bulk."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Select, cast, delete, func, select, text
from sqlmodel import col

from store.database import Reading, Transaction
from store.paging import Key, Order, Page, Window, count, page, parse_integer
from store.spans import Span
from store.tables import UploadEntry
from store.vocabulary import EntryKind, EntryVerdict, NumberType, WebexPhoneType

IN_ORDER = Order(
    "POSITION",
    (
        Key(col(UploadEntry.position), lambda row: row[0].position, parse_integer),
        Key(col(UploadEntry.part), lambda row: row[0].part, parse_integer),
    ),
)
GOOD = (EntryVerdict.VALID, EntryVerdict.WARNING)
"""The verdicts with which an entry is uploaded."""


class Entry(NamedTuple):
    """What was put in, as it came: see `UploadEntry`."""

    position: int
    kind: EntryKind
    raw: str
    raw_last: str | None = None
    line: int | None = None
    guess: bool = False
    overrides: Mapping[Any, str] | None = None
    cells: Sequence[str] | None = None


class Part(NamedTuple):
    """What was found about an entry, or about some consecutive numbers of it: see `UploadEntry`."""

    first: str | None
    last: str | None
    size: int
    calling_code: str | None
    area_code: str | None
    verdict: EntryVerdict
    code: str | None = None
    message: str | None = None
    repairs: Sequence[str] | None = None
    number_type: NumberType | None = None
    phone_type: WebexPhoneType | None = None
    cac: int | None = None
    service_info: str | None = None


as_entry: Callable[[tuple[Any, ...]], Entry] = partial(tuple.__new__, Entry)
as_part: Callable[[tuple[Any, ...]], Part] = partial(tuple.__new__, Part)
"""What `Entry(...)` and `Part(...)` come to, with every field given: a third of the time, for millions of them."""

Judged = tuple[Entry, Sequence[Part]]
"""An entry with its parts, in ascending order of their numbers; there is at least one."""


class Conflict(NamedTuple):
    """Consecutive numbers of a part that cannot be uploaded because of others, as integers, ends included."""

    position: int
    part: int
    first: int
    last: int
    code: str


class Figures(NamedTuple):
    """How many rows of files there are, and how many numbers the entries hold; `valid` includes `warnings`."""

    rows: int
    total: int
    valid: int
    warnings: int


class EntryFigures(NamedTuple):
    """How many entries there are, and how many of them hold something invalid."""

    total: int
    invalid: int


async def listing(reading: Reading, upload_id: UUID, verdict: EntryVerdict | None, window: Window) -> Page[Any]:
    """Return a page of (UploadEntry,) in the order in which they were put in."""
    return await page(reading, _of(reading, upload_id, verdict), IN_ORDER, window)


async def total(reading: Reading, upload_id: UUID, verdict: EntryVerdict | None) -> int:
    """Return how many entries `listing` has, each part counted."""
    return await count(reading, _of(reading, upload_id, verdict))


async def following(reading: Reading, upload_id: UUID) -> int:
    """Return the position that the next entry takes."""
    last = func.coalesce(func.max(UploadEntry.position) + 1, 0)
    return int((await reading.session.execute(_of(reading, upload_id, None).with_only_columns(last))).scalar_one())


async def figures(reading: Reading, upload_id: UUID) -> Figures:
    """Count the rows and the numbers of all entries."""
    size, verdict = func.sum(UploadEntry.size), col(UploadEntry.verdict)
    rows = func.count().filter(col(UploadEntry.part) == 0, col(UploadEntry.line).is_not(None))
    sums = (rows, size, size.filter(verdict.in_(GOOD)), size.filter(verdict == EntryVerdict.WARNING))
    found = await reading.session.execute(_of(reading, upload_id, None).with_only_columns(*sums))
    return Figures(*(int(figure or 0) for figure in found.one()))


async def refused(reading: Reading, upload_id: UUID, codes: Collection[str]) -> int:
    """Count the numbers that were refused with one of these codes."""
    refused = _of(reading, upload_id, EntryVerdict.INVALID).where(col(UploadEntry.code).in_(codes))
    found = await reading.session.execute(refused.with_only_columns(func.sum(UploadEntry.size)))
    return int(found.scalar_one() or 0)


async def entry_figures(reading: Reading, upload_id: UUID) -> EntryFigures:
    """Count entries, each once, however many parts it has."""
    broken = func.bool_or(col(UploadEntry.verdict) == EntryVerdict.INVALID).label("broken")
    each = _of(reading, upload_id, None).with_only_columns(broken).group_by(col(UploadEntry.position)).subquery()
    found = await reading.session.execute(select(func.count(), func.count().filter(each.c.broken)).select_from(each))
    return EntryFigures(*map(int, found.one()))


async def problems(reading: Reading, upload_id: UUID, limit: int) -> list[UploadEntry]:
    """Return the first entries or parts that are not plainly VALID, in order."""
    query = _of(reading, upload_id, None).where(col(UploadEntry.verdict) != EntryVerdict.VALID)
    ordered = query.order_by(col(UploadEntry.position), col(UploadEntry.part)).limit(limit)
    return list((await reading.session.scalars(ordered)).all())


async def spans(reading: Reading, upload_id: UUID, limit: int) -> list[Span]:
    """Return the valid numbers as runs of consecutive ones, ascending, at most `limit` runs."""
    first, last = _digits(UploadEntry.first), _digits(UploadEntry.last)
    valid = _of(reading, upload_id, None).where(col(UploadEntry.verdict).in_(GOOD))
    good = valid.with_only_columns(first.label("first"), last.label("last")).cte("good")
    before = func.lag(good.c.last).over(order_by=good.c.first)
    begins = (good.c.first - 1).is_distinct_from(before)
    marked = select(good, begins.label("begins")).cte("marked")
    run = func.count().filter(marked.c.begins).over(order_by=marked.c.first)
    grouped = select(marked, run.label("run")).cte("grouped")
    lowest, highest = func.min(grouped.c.first), func.max(grouped.c.last)
    query = select(lowest, highest).group_by(grouped.c.run).order_by(lowest).limit(limit)
    found = await reading.session.execute(query)
    return [Span.between(low, high) for low, high in found.all()]


async def originals(reading: Reading, upload_id: UUID, after: int, limit: int, codes: Collection[str]) -> list[Entry]:
    """Return entries as they came, by position, from behind `after` on.

    With `codes` only those of which some part has one of these codes; with none, all.
    """
    entry = col(UploadEntry.position)
    query = _of(reading, upload_id, None).where(col(UploadEntry.part) == 0)
    if codes:
        query = query.where(entry.in_(await _positions(reading, upload_id, after, limit, codes)))
    else:
        query = query.where(entry > after).limit(limit)
    columns = [getattr(UploadEntry, name) for name in Entry._fields]
    found = await reading.session.execute(query.with_only_columns(*columns).order_by(entry))
    return [Entry(*row) for row in found.all()]


async def _positions(
    reading: Reading, upload_id: UUID, after: int, limit: int, codes: Collection[str]
) -> Sequence[int]:
    """Return where parts have one of these codes. In a statement of its own: an upload is never joined with itself.

    Statistics may not know it yet; the planner then takes it for one row, and goes through it once for each entry.
    """
    entry = col(UploadEntry.position)
    chosen = _of(reading, upload_id, None).where(entry > after, col(UploadEntry.code).in_(codes))
    positions = chosen.with_only_columns(entry).distinct().order_by(entry).limit(limit)
    return (await reading.session.scalars(positions)).all()


async def remove(transaction: Transaction, upload_id: UUID, positions: Collection[int]) -> dict[int, str]:
    """Remove the entries at these positions, with all their parts; return the text of each that was there."""
    chosen = delete(UploadEntry).where(
        transaction.scope.covers(UploadEntry),
        col(UploadEntry.upload_id) == upload_id,
        col(UploadEntry.position).in_(positions),
    )
    texts = (col(UploadEntry.position), col(UploadEntry.raw), col(UploadEntry.raw_last))
    removed = await transaction.session.execute(chosen.returning(*texts))
    return {position: raw if last is None else f"{raw} - {last}" for position, raw, last in removed.all()}


async def judged_at(reading: Reading, upload_id: UUID, positions: Collection[int]) -> list[Judged]:
    """Return the entries at these positions with all their parts, in order."""
    query = _of(reading, upload_id, None).where(col(UploadEntry.position).in_(positions))
    ordered = query.order_by(col(UploadEntry.position), col(UploadEntry.part))
    columns = [getattr(UploadEntry, name) for name in (*Entry._fields, *Part._fields)]
    rows = (await reading.session.execute(ordered.with_only_columns(*columns))).all()
    width = len(Entry._fields)
    return [
        (Entry(*parts[0][:width]), [Part(*row[width:]) for row in parts])
        for parts in (list(group) for _, group in groupby(rows, key=lambda row: row[0]))
    ]


_CONFLICTS = text("""
WITH good AS (
    SELECT position, part, first = last AS single, substr(first, 2)::bigint AS low, substr(last, 2)::bigint AS high
    FROM upload_entry WHERE upload_id = :upload AND verdict IN ('VALID', 'WARNING')
), numbered AS (
    SELECT position, part, low AS n FROM good WHERE single
    UNION ALL
    SELECT position, part, n FROM good CROSS JOIN LATERAL generate_series(low, high) AS n WHERE NOT single
), ordered AS (
    SELECT position, part, n, lag(n) OVER (ORDER BY n, position, part) AS before FROM numbered
), repeated AS MATERIALIZED (
    SELECT position, part, n FROM ordered WHERE n = before
), conflict AS MATERIALIZED (
    SELECT position, part, n, CAST(:duplicate AS text) AS code FROM repeated
    UNION ALL
    SELECT h.position, h.part, h.n, CASE WHEN h.here THEN CAST(:here AS text) ELSE CAST(:taken AS text) END
    FROM upload_numbers_held(:upload) AS h
    WHERE NOT EXISTS (SELECT FROM repeated AS r WHERE (r.position, r.part, r.n) = (h.position, h.part, h.n))
), marked AS (
    UPDATE upload_entry AS e SET verdict = 'INVALID', code = c.code, message = m.message
    FROM conflict AS c
    JOIN unnest(CAST(:codes AS text[]), CAST(:messages AS text[])) AS m (code, message) ON m.code = c.code
    WHERE e.upload_id = :upload AND e.position = c.position AND e.part = c.part AND e.first = e.last
)
SELECT position, part, min(n), max(n), code
FROM (
    SELECT c.*, c.n - row_number() OVER (PARTITION BY c.position, c.part, c.code ORDER BY c.n) AS run
    FROM conflict AS c JOIN good AS g ON g.position = c.position AND g.part = c.part AND NOT g.single
) AS ranges
GROUP BY position, part, code, run
ORDER BY position, part, min(n)
""")
"""Of equal numbers the first passes. A single number is marked here; ranges, which have to be cut, are returned."""

_BY_HASH = text("SELECT set_config('work_mem', '64MB', true), set_config('enable_nestloop', 'off', true)")
_AS_BEFORE = text("SELECT set_config('enable_nestloop', 'on', true)")
"""Room to sort; and each join in one go, for the planner takes an upload that statistics do not know yet for one row,
and would go through all of it for each entry. The function that looks at the numbers of others has its own mind."""


async def mark_conflicts(transaction: Transaction, upload_id: UUID, because: Mapping[str, str]) -> list[Conflict]:
    """Refuse the numbers that stand twice in the upload or are live already, here or elsewhere.

    `because` holds the messages by code: DUPLICATE_IN_UPLOAD, ALREADY_ON_SERVICE and TAKEN. Numbers that this upload
    has made itself do not count. Returns what lies inside of ranges and is still to be cut out, in order.
    """
    await transaction.session.execute(_BY_HASH)
    duplicate, here, taken = because
    found = await transaction.session.execute(
        _CONFLICTS,
        {
            "upload": upload_id,
            "duplicate": duplicate,
            "here": here,
            "taken": taken,
            "codes": list(because),
            "messages": list(because.values()),
        },
    )
    await transaction.session.execute(_AS_BEFORE)
    return [Conflict(*row) for row in found.all()]


def _digits(e164: Any) -> Any:
    """Return the number as an integer: its first digit is never 0, so that nothing is lost."""
    return cast(func.substr(col(e164), 2), BigInteger)


def _of(reading: Reading, upload_id: UUID, verdict: EntryVerdict | None) -> Select[Any]:
    query = select(UploadEntry).where(reading.scope.covers(UploadEntry), col(UploadEntry.upload_id) == upload_id)
    return query if verdict is None else query.where(col(UploadEntry.verdict) == verdict)
