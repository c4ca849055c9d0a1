"""To whom a row may belong that is inserted or changed: nothing is slipped into what others see."""

import json
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import select
from sqlmodel import SQLModel, col

from store import staging
from store.database import Database
from store.entries import Entry, Part
from store.scope import Scope
from store.tables import UploadEntry
from store.vocabulary import EntryKind, EntryVerdict
from tests.store.families import Family
from tests.store.row_level_security.statements import (
    LEVELS,
    REFUSED,
    SYSTEM,
    attempt,
    inserting,
    owners,
    strangers,
    whose,
)


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
