"""Row-level security by itself: what the database shows and takes where no statement of ours narrows anything."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import func, select, update
from sqlmodel import SQLModel, col

from provisioning.desk import Desk
from store import staging
from store.database import Database
from store.entries import Entry, Part
from store.migrate import as_application
from store.scope import Scope
from store.tables import IdempotencyKey, Number, TakenQuestion, Tenant, UploadEntry
from store.vocabulary import EntryKind, EntryVerdict
from tests.arrange import put
from tests.store.families import Family, family

PLATFORM = {"calling_profile"}
"""The platform's own, read by everybody; see decision 22."""

TABLES = sorted(set(SQLModel.metadata.tables) - PLATFORM)
LEVELS = ("provider", "channel", "customer")
NOTHING_OF_CUSTOMERS = {("customer", "tenant")}
"""A customer owns no tenant."""

REFUSED = "refused"

SYSTEM = Scope.everything("test")


@pytest.fixture
async def ours(desk: Desk) -> Family:
    """One family, with a row in every table."""
    return await _in_every_table(desk, await family(desk, "ours", "+12125550100"))


@pytest.fixture
async def theirs(desk: Desk) -> Family:
    """Another one."""
    return await _in_every_table(desk, await family(desk, "theirs", "+12125550101"))


async def _in_every_table(desk: Desk, made: Family) -> Family:
    for level in LEVELS:
        owner = made.scope(level).principal
        await put(
            desk,
            IdempotencyKey(owner=owner, operation="o", key="k", fingerprint=b"f", result={}, at=desk.clock()),
            TakenQuestion(owner=owner, asked=1, since=desk.clock()),
        )
    return made


@pytest.fixture
def owner(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection: it sees everything and may do what it likes."""
    with closing(psycopg.connect(owner_url, autocommit=True)) as connection:
        yield connection


@pytest.fixture
def application(owner: psycopg.Connection[Any], owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the application's role, with nothing but row-level security in its way.

    Neither grants nor foreign keys: what a row refers to is not what this is about.
    """
    owner.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO numberline_app")
    keys = owner.execute("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f'").fetchall()
    for table, key in keys:
        owner.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(key)))
    with closing(psycopg.connect(as_application(owner_url), autocommit=True)) as connection:
        yield connection


def attempt(connection: psycopg.Connection[Any], scope: Scope | None, query: sql.Composed, *given: Any) -> int | str:
    """Run a statement for a scope, and take it back; return how many rows it saw or touched."""
    with connection.transaction(force_rollback=True):
        if scope is not None:
            connection.execute("SELECT set_config('numberline.scope', %s, true)", [scope.principal])
        try:
            return connection.execute(query, given).rowcount
        except InsufficientPrivilege:
            return REFUSED


def whose(table: str, made: Family, level: str) -> sql.Composable:
    """Return the condition for what a member of a family owns in a table."""
    member = getattr(made, level).id
    if "owner" in SQLModel.metadata.tables[table].columns:
        return sql.SQL("owner = {}").format(made.scope(level).principal)
    column = "id" if (table, level) == ("customer", "customer") else f"{level}_id"
    return sql.SQL("{} = {}").format(sql.Identifier(column), member)


def reading(table: str, condition: sql.Composable) -> sql.Composed:
    """Read a table."""
    return sql.SQL("SELECT * FROM {} WHERE {}").format(sql.Identifier(table), condition)


def changing(table: str, condition: sql.Composable) -> sql.Composed:
    """Change the last column of a table to what it is."""
    column = written(table)[-1]
    query = sql.SQL("UPDATE {} SET {} = {} WHERE {}")
    return query.format(sql.Identifier(table), column, column, condition)


def deleting(table: str, condition: sql.Composable) -> sql.Composed:
    """Delete from a table."""
    return sql.SQL("DELETE FROM {} WHERE {}").format(sql.Identifier(table), condition)


def inserting(table: str) -> sql.Composed:
    """Insert a row of a table that is given as JSON."""
    query = "INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM jsonb_populate_record(NULL::{0}, %s)"
    return sql.SQL(query).format(sql.Identifier(table), sql.SQL(", ").join(written(table)))


def written(table: str) -> list[sql.Identifier]:
    """Return the columns of a table but for those that the database fills by itself from others."""
    return [sql.Identifier(one.name) for one in SQLModel.metadata.tables[table].columns if one.computed is None]


def strangers(theirs: Family) -> dict[str, Scope | None]:
    """Return the scopes to which nothing of ours belongs, and none at all."""
    return {"nobody": None, **{level: theirs.scope(level) for level in LEVELS}}


def owners() -> list[tuple[str, str]]:
    """Return who owns something in which table, as (level, table)."""
    return [(level, table) for level in LEVELS for table in TABLES if (level, table) not in NOTHING_OF_CUSTOMERS]


def test_every_table_is_protected_but_those_of_the_platform(owner: psycopg.Connection[Any]) -> None:
    """A new table without a policy shows here."""
    found = owner.execute("""
        SELECT relname FROM pg_class AS c
        WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
          AND NOT (relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND polcmd = '*'))
    """)
    unprotected = {str(row[0]) for row in found.fetchall()}
    assert {name for name in unprotected if not name.startswith("procrastinate_")} == PLATFORM | {"alembic_version"}


@pytest.mark.parametrize("statement", [reading, changing, deleting])
def test_a_row_of_somebody_else_is_not_there(
    application: psycopg.Connection[Any], owner: psycopg.Connection[Any], ours: Family, theirs: Family, statement: Any
) -> None:
    """At whichever level, of whichever table; nor is it for somebody without a scope."""
    asked = {(level, table): statement(table, whose(table, ours, level)) for level, table in owners()}
    found = {
        (who, *about): attempt(application, scope, query)
        for about, query in asked.items()
        for who, scope in strangers(theirs).items()
    }
    there = {about: attempt(owner, None, reading(about[1], whose(about[1], ours, about[0]))) for about in asked}
    assert {about for about, rows in found.items() if rows != 0} == set()
    assert {about for about, rows in there.items() if rows == 0} == set()


@pytest.mark.parametrize("statement", [reading, changing])
@pytest.mark.parametrize("level", LEVELS)
def test_a_row_of_ones_own_is_there(
    application: psycopg.Connection[Any], ours: Family, theirs: Family, level: str, statement: Any
) -> None:
    """Of every table, and for the system; without any condition only those of the own scope are read."""
    mine = {table: whose(table, ours, level) for who, table in owners() if who == level}
    own = {table: attempt(application, ours.scope(level), statement(table, mine[table])) for table in mine}
    everywhere = {table: attempt(application, ours.scope(level), statement(table, sql.SQL("true"))) for table in mine}
    system = {table: attempt(application, SYSTEM, statement(table, mine[table])) for table in mine}
    assert {table for table, rows in own.items() if rows in (0, REFUSED)} == set()
    assert system == own
    assert everywhere == own
    assert theirs.provider.id != ours.provider.id


@pytest.mark.parametrize("level", LEVELS)
def test_a_row_is_deleted_by_its_owner(application: psycopg.Connection[Any], ours: Family, level: str) -> None:
    """And by the system."""
    mine = {table: whose(table, ours, level) for who, table in owners() if who == level}
    seen = {table: attempt(application, SYSTEM, reading(table, mine[table])) for table in mine}
    for scope in (ours.scope(level), SYSTEM):
        gone = {table: attempt(application, scope, deleting(table, mine[table])) for table in mine}
        assert gone == seen


@pytest.mark.parametrize("level", LEVELS)
def test_a_row_is_inserted_by_its_owner_alone(
    application: psycopg.Connection[Any], owner: psycopg.Connection[Any], ours: Family, theirs: Family, level: str
) -> None:
    """And by the system. The row is one that was there, so that nothing but the scope can be wrong with it."""
    found = {
        table: _insertions(application, owner, table, ours, theirs, level)
        for who, table in owners()
        if who == level and (level, table) != ("customer", "customer")  # it is made by those above it
    }
    assert {table: answers for table, answers in found.items() if answers != ({REFUSED}, 1, 1)} == {}


def _insertions(
    application: psycopg.Connection[Any],
    owner: psycopg.Connection[Any],
    table: str,
    ours: Family,
    theirs: Family,
    level: str,
) -> tuple[set[int | str], int | str, int | str]:
    """Return what strangers, we and the system get for inserting a row, which is there again afterwards."""
    row = _taken_out(owner, table, whose(table, ours, level))
    by_strangers = {attempt(application, scope, inserting(table), row) for scope in strangers(theirs).values()}
    by_us = attempt(application, ours.scope(level), inserting(table), row)
    by_system = attempt(application, SYSTEM, inserting(table), row)
    owner.execute(inserting(table), [row])
    return by_strangers, by_us, by_system


def _taken_out(owner: psycopg.Connection[Any], table: str, condition: sql.Composable) -> str:
    """Delete a row and return it as JSON."""
    query = "DELETE FROM {0} WHERE ctid = (SELECT ctid FROM {0} WHERE {1} LIMIT 1) RETURNING to_jsonb({0})"
    found = owner.execute(sql.SQL(query).format(sql.Identifier(table), condition)).fetchone()
    assert found is not None, table
    return json.dumps(found[0])


@pytest.mark.parametrize("level", LEVELS)
def test_a_row_cannot_be_given_away(
    application: psycopg.Connection[Any], ours: Family, theirs: Family, level: str
) -> None:
    """Nor could anything be slipped into what others see."""
    given = {
        table: attempt(application, ours.scope(level), _giving(table, ours, theirs, level))
        for who, table in owners()
        if who == level
    }
    assert given == dict.fromkeys(given, REFUSED)


def _giving(table: str, ours: Family, theirs: Family, level: str) -> sql.Composed:
    mine, other = whose(table, ours, level), whose(table, theirs, level)
    return sql.SQL("UPDATE {} SET {} WHERE {}").format(sql.Identifier(table), other, mine)


@pytest.mark.parametrize("level", LEVELS)
def test_owners_of_different_families_own_nothing_together(
    application: psycopg.Connection[Any], owner: psycopg.Connection[Any], ours: Family, theirs: Family, level: str
) -> None:
    """What one of them wrote would be seen by the others: neither inserted nor changed, whichever is foreign."""
    mixed = [(table, others) for who, table in owners() if who == level for others in _mixes(table, level)]
    changed = {about: attempt(application, ours.scope(level), _handing(*about, ours, theirs, level)) for about in mixed}
    rows = {table: json.loads(_copied(owner, table, whose(table, ours, level))) for table, _ in mixed}
    inserted = {
        (table, others): attempt(
            application, ours.scope(level), inserting(table), json.dumps(rows[table] | _foreign(others, theirs))
        )
        for table, others in mixed
    }
    assert len(mixed) > 10
    assert changed == dict.fromkeys(mixed, REFUSED)
    assert inserted == dict.fromkeys(mixed, REFUSED)


def _mixes(table: str, level: str) -> list[tuple[str, ...]]:
    """Return which owners of a row may be foreign beside its own: each, and all."""
    columns = SQLModel.metadata.tables[table].columns
    others = [f"{one}_id" for one in LEVELS if one != level and f"{one}_id" in columns]
    return sorted({*((one,) for one in others), *((tuple(others),) if others else ())})


def _foreign(columns: tuple[str, ...], theirs: Family) -> dict[str, str]:
    return {column: str(getattr(theirs, column.removesuffix("_id")).id) for column in columns}


def _handing(table: str, columns: tuple[str, ...], ours: Family, theirs: Family, level: str) -> sql.Composed:
    foreign = _foreign(columns, theirs).items()
    given = sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in foreign)
    return sql.SQL("UPDATE {} SET {} WHERE {}").format(sql.Identifier(table), given, whose(table, ours, level))


def _copied(owner: psycopg.Connection[Any], table: str, condition: sql.Composable) -> str:
    """Return a row as JSON; it stays, for what is checked before keys are."""
    query = sql.SQL("SELECT to_jsonb({0}) FROM {0} WHERE {1} LIMIT 1").format(sql.Identifier(table), condition)
    found = owner.execute(query).fetchone()
    assert found is not None, table
    return json.dumps(found[0])


def test_owners_of_one_family_are_taken_at_every_level(application: psycopg.Connection[Any], ours: Family) -> None:
    """What was done to a tenant, or to the platform itself, is nobody's below it."""
    query = sql.SQL(
        "INSERT INTO audit_event (provider_id, channel_id, customer_id, actor, action, entity, entity_id)"
        " VALUES (%s, %s, %s, 'a', 'a', 'e', gen_random_uuid())"
    ).format()
    family = (ours.provider.id, ours.channel.id, ours.customer.id)
    for owned, scope in (
        (family, ours.scope("customer")),
        ((*family[:2], None), ours.scope("channel")),
        ((family[0], None, None), ours.scope("provider")),
        ((None, None, None), SYSTEM),
    ):
        assert attempt(application, scope, query, *owned) == 1
    assert attempt(application, ours.scope("channel"), query, None, ours.channel.id, None) == REFUSED


@pytest.mark.parametrize("scope", ["", "PROVIDER", "PROVIDER:", "CUSTOMER:x", "CHANNEL:None", "NOBODY:1", "system"])
@pytest.mark.usefixtures("ours")
def test_a_scope_that_is_none_shows_nothing(application: psycopg.Connection[Any], scope: str) -> None:
    """There is a row in every table, and no error."""
    with application.transaction():
        application.execute("SELECT set_config('numberline.scope', %s, true)", [scope])
        rows = {table: application.execute(reading(table, sql.SQL("true"))).rowcount for table in TABLES}
    assert rows == dict.fromkeys(TABLES, 0)


def test_what_runs_as_the_owner_is_for_the_application_alone(owner: psycopg.Connection[Any]) -> None:
    """A function that sees more than its caller, in the hands of whoever else may log in, would be a hole."""
    found = owner.execute("""
        SELECT proname, has_function_privilege('public', oid, 'EXECUTE'),
               has_function_privilege('numberline_app', oid, 'EXECUTE')
        FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
    """).fetchall()
    assert sorted(found) == [("newest_event", False, True), ("upload_numbers_held", False, True)]


def test_the_platforms_own_is_read_by_everybody(application: psycopg.Connection[Any], ours: Family) -> None:
    """Whoever makes a SIP connection chooses among all calling profiles."""
    read = reading("calling_profile", sql.SQL("true"))
    assert attempt(application, None, read) == attempt(application, ours.scope("customer"), read) != 0


async def test_a_customer_is_shown_the_channel_it_belongs_to(desk: Desk, ours: Family, theirs: Family) -> None:
    """Its name stands beside every number; no other tenant can be seen."""
    async with desk.database.read(ours.scope("customer")) as reading:
        assert [row.id for row in await reading.session.scalars(select(Tenant))] == [ours.channel.id]
    assert theirs.channel.id != ours.channel.id


@pytest.mark.parametrize("last", ["+12125550101", "+12125550109"])
async def test_a_question_about_an_upload_of_others_is_not_answered(
    desk: Desk, ours: Family, theirs: Family, last: str
) -> None:
    """The function that sees all numbers looks at uploads in scope only, for single numbers and for ranges."""
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Number).where(_of(theirs, Number)).values(upload_id=ours.upload.id))
        await transaction.session.execute(update(UploadEntry).where(_of(theirs, UploadEntry)).values(last=last))
    held = select(func.count()).select_from(func.upload_numbers_held(theirs.upload.id))
    found = []
    for scope in (theirs.scope("customer"), ours.scope("customer"), SYSTEM):
        async with desk.database.read(scope) as reading:
            found.append(await reading.session.scalar(held))
    assert found == [1, 0, 1]


def _of(made: Family, table: type[Number | UploadEntry]) -> Any:
    return col(table.upload_id) == made.upload.id


_SEARCH = """
EXPLAIN SELECT * FROM number
WHERE provider_id = %s AND e164 >= '+1212' AND e164 < '+1213' AND (e164, id) > ('+1212', %s)
ORDER BY e164, id LIMIT 51
"""


def test_a_search_for_a_beginning_keeps_its_index(application: psycopg.Connection[Any], ours: Family) -> None:
    """As do the pages of it: both are conditions of the index, and not looked at row by row."""
    with application.transaction():
        application.execute("SELECT set_config('numberline.scope', %s, true)", [ours.scope("provider").principal])
        application.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        plan = application.execute(_SEARCH, [ours.provider.id, ours.upload.id]).fetchall()
    (condition,) = [line for (line,) in plan if "Index Cond" in line]
    assert "e164 >=" in condition
    assert "ROW(e164, id) >" in condition


async def test_what_is_copied_is_checked(database: Database, ours: Family, theirs: Family) -> None:
    """COPY itself is not, so that it goes into a table of its own first."""
    entry = (Entry(100, EntryKind.SINGLE, "x"), [Part(None, None, 0, None, None, EntryVerdict.INVALID)])
    scope = ours.scope("provider")
    async with database.begin(scope) as transaction:
        await staging.append(transaction, ours.upload, [entry])
    with pytest.raises(InsufficientPrivilege):
        await _append(database, scope, theirs, entry)
    async with database.begin(scope) as transaction:
        await staging.append(transaction, ours.upload, [(entry[0]._replace(position=101), entry[1])])
    async with database.read(SYSTEM) as reading:
        found = await reading.session.scalars(select(UploadEntry).where(col(UploadEntry.raw) == "x"))
        assert sorted((row.upload_id, row.position) for row in found) == [(ours.upload.id, 100), (ours.upload.id, 101)]


async def _append(database: Database, scope: Scope, made: Family, entry: Any) -> None:
    async with database.begin(scope) as transaction:
        await staging.append(transaction, made.upload, [entry])
