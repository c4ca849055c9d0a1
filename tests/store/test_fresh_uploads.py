"""What a statement does grows with an upload that the database's statistics do not know yet, not with its square.

The planner takes such an upload for a single row, however large it is, until the table is analysed again.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event

from provisioning.desk import Desk
from provisioning.judging import CONFLICTS
from provisioning.uploads.submit import submit
from store import changing, entries, exports, numbers, syncing, taking_back
from store.database import Database, Transaction
from store.lookup import Name
from store.migrate import as_application
from store.numbers import NumberFilter
from store.paging import Window
from store.tables import Tenant, Upload
from store.vocabulary import EntryVerdict, NumberStatus, SyncState
from tests.arrange import Dialog, by_hand, channel, imported, provider, scope_of, seen_by, upload

SINGLES, RANGES = 1_500, 500
"""How many numbers and ranges of ten an upload has: ten rows for each entry are few, and its square would be many."""

ROWS = 10 * (SINGLES + RANGES)

TABLES = ("upload", "upload_entry", "number")

Statement = Callable[[Transaction, Upload], Awaitable[Any]]

ON_ENTRIES: dict[str, Statement] = {
    "the next position": lambda t, u: entries.following(t, u.id),
    "what is judged again": lambda t, u: entries.originals(t, u.id, -1, 20_000, list(CONFLICTS)),
    "conflicts": lambda t, u: entries.mark_conflicts(t, u.id, CONFLICTS),
    "what stands at positions": lambda t, u: entries.judged_at(t, u.id, range(1_000)),
    "what is taken out": lambda t, u: entries.remove(t, u.id, range(SINGLES)),
    "figures": lambda t, u: entries.figures(t, u.id),
    "what was refused": lambda t, u: entries.refused(t, u.id, CONFLICTS),
    "figures of entries": lambda t, u: entries.entry_figures(t, u.id),
    "spans": lambda t, u: entries.spans(t, u.id, 100),
    "problems": lambda t, u: entries.problems(t, u.id, 100),
    "a page": lambda t, u: entries.listing(t, u.id, EntryVerdict.INVALID, Window(1_000)),
    "the width of a report": lambda t, u: exports.widest_row(t, u.id, EntryVerdict.INVALID),
    "the numbers": lambda t, u: numbers.take(t, u, SyncState.ADD_PENDING),
}

ON_NUMBERS: dict[str, Statement] = {
    "conflicts": ON_ENTRIES["conflicts"],
    "what became of them": lambda t, u: changing.of_upload(t, u.id, NumberStatus.ACTIVE),
    "what is taken back": lambda t, u: taking_back.take_back(t, u, u.created_at),
}

PORTION = 50
"""How many numbers are sent, or shown, at a time."""

IN_PORTIONS: dict[str, Statement] = {
    "what is sent": lambda t, u: syncing.claim(t, u.service_id, SyncState.ADD_PENDING, PORTION, u.created_at),
    "a page of the service": lambda t, u: numbers.listing(
        t, NumberFilter(service_id=u.service_id), numbers.BY_NUMBER, Window(PORTION, ("+12122001000", str(u.id)))
    ),
    "a page of the upload": lambda t, u: numbers.listing(
        t, NumberFilter(service_id=u.service_id, upload_id=u.id), numbers.BY_NUMBER, Window(PORTION)
    ),
}


@pytest.fixture
def owner(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection."""
    with closing(psycopg.connect(owner_url, autocommit=True)) as connection:
        yield connection


@pytest.fixture
async def carrier(desk: Desk) -> Tenant:
    """Whose uploads they are, each of a customer of its own."""
    return await provider(desk)


@pytest.fixture
async def fresh(desk: Desk, owner: psycopg.Connection[Any], carrier: Tenant) -> Upload:
    """An upload that came after the last ANALYZE, as large as the one that was there; half of it is live already."""
    there = await _filled(desk, await by_hand(desk, await channel(desk, carrier, "One")), 2_000_000)
    await submit(desk, Name(id=there.id))
    for table in TABLES:
        owner.execute(sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = false)").format(sql.Identifier(table)))
        owner.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    dialog = await by_hand(desk, await channel(desk, carrier, "Other"))
    return await _filled(desk, dialog, 2_000_000 + SINGLES // 2)


async def _filled(desk: Desk, dialog: Dialog, start: int) -> Upload:
    """Fill an upload with numbers from here on, with ranges far behind of which half are in the other upload too."""
    singles = [f"+1212{number}," for number in range(start, start + SINGLES)]
    begins = [3_000_000 + 10 * number for number in range(start % 2_000_000 // 3, start % 2_000_000 // 3 + RANGES)]
    spans = [f"+1212{begin},+1212{begin + 9}" for begin in begins]
    return await imported(desk, await upload(desk, dialog), "\n".join(["Number,Range End", *singles, *spans]))


@pytest.fixture
def most_rows(database: Database, owner_url: str, carrier: Tenant, desk: Desk) -> Callable[..., Awaitable[int]]:
    """Return how many rows a step of the plan of what is asked looks at; for the one step that looks at the most."""

    async def measured(ask: Statement, about: Upload) -> int:
        sent: list[tuple[str, Any]] = []

        def note(_c: Any, _r: Any, statement: str, given: Any, *_: Any) -> None:
            sent.append((statement, given))

        event.listen(database._engine.sync_engine, "before_cursor_execute", note)
        bound = seen_by(desk, scope_of(carrier))
        async with bound.rehearse() as transaction:
            await ask(transaction, about)
        async with (
            await psycopg.AsyncConnection.connect(as_application(owner_url)) as connection,
            connection.transaction(force_rollback=True),
        ):
            await connection.execute("SELECT set_config('numberline.scope', %s, true)", [bound.scope.principal])
            return max([await _most_rows(connection, statement, given) for statement, given in sent])

    return measured


async def _most_rows(connection: psycopg.AsyncConnection[Any], statement: str, given: Any) -> int:
    if statement.startswith("SET "):  # it cannot be explained
        await connection.execute(statement)  # type: ignore[arg-type]  # our own words
        return 0
    explain = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + statement
    found = await (await connection.execute(explain, given)).fetchone()  # type: ignore[arg-type]  # as above
    assert found is not None
    return max(_looked_at(found[0][0]["Plan"]))


def _looked_at(step: dict[str, Any]) -> Iterator[float]:
    removed = sum(rows for name, rows in step.items() if name.startswith("Rows Removed by "))
    yield step["Actual Loops"] * (step["Actual Rows"] + removed)
    for below in step.get("Plans", ()):
        yield from _looked_at(below)


async def test_an_upload_is_gone_through_once(most_rows: Any, desk: Desk, fresh: Upload) -> None:
    """Whatever is asked about its entries: when conflicts are marked for the first time, and once half are in one."""
    first = await most_rows(ON_ENTRIES["conflicts"], fresh)
    async with desk.begin() as transaction:
        await entries.mark_conflicts(transaction, fresh.id, CONFLICTS)
    then = {name: await most_rows(statement, fresh) for name, statement in ON_ENTRIES.items()}

    assert SINGLES <= first <= ROWS
    assert {name: rows for name, rows in then.items() if not 0 < rows <= ROWS} == {}


async def test_its_numbers_are_gone_through_once(
    most_rows: Any, desk: Desk, owner: psycopg.Connection[Any], fresh: Upload
) -> None:
    """Right after they were stored; or in portions, each of which reads what it takes, and not all that wait."""
    await submit(desk, Name(id=fresh.id))
    owner.execute("UPDATE number SET sync_state = 'ADD_PENDING' WHERE upload_id = %s", [fresh.id])
    whole = {name: await most_rows(statement, fresh) for name, statement in ON_NUMBERS.items()}
    portions = {name: await most_rows(statement, fresh) for name, statement in IN_PORTIONS.items()}

    assert {name: rows for name, rows in whole.items() if not 0 < rows <= ROWS} == {}
    assert {name: rows for name, rows in portions.items() if not 0 < rows <= 2 * PORTION} == {}
