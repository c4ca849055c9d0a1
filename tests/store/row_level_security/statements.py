"""Statements of which none narrows anything, and what they find for a scope."""

from typing import Any

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlmodel import SQLModel

from store.scope import Scope
from tests.store.families import Family

PLATFORM = {"calling_profile"}
"""The platform's own, read by everybody; see decision 22."""

TABLES = sorted(set(SQLModel.metadata.tables) - PLATFORM)
LEVELS = ("provider", "channel", "customer")

NOTHING_OF_CUSTOMERS = {("customer", "tenant")}
"""A customer owns no tenant."""

REFUSED = "refused"
SYSTEM = Scope.everything("test")


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
