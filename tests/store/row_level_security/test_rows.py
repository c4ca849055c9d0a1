"""Whose rows the database shows, changes and deletes, table by table."""

from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.store.families import Family
from tests.store.row_level_security.statements import (
    LEVELS,
    PLATFORM,
    REFUSED,
    SYSTEM,
    TABLES,
    attempt,
    changing,
    deleting,
    owners,
    reading,
    strangers,
    whose,
)


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


@pytest.mark.parametrize("scope", ["", "PROVIDER", "PROVIDER:", "CUSTOMER:x", "CHANNEL:None", "NOBODY:1", "system"])
@pytest.mark.usefixtures("ours")
def test_a_scope_that_is_none_shows_nothing(application: psycopg.Connection[Any], scope: str) -> None:
    """There is a row in every table, and no error."""
    with application.transaction():
        application.execute("SELECT set_config('numberline.scope', %s, true)", [scope])
        rows = {table: application.execute(reading(table, sql.SQL("true"))).rowcount for table in TABLES}
    assert rows == dict.fromkeys(TABLES, 0)
