"""What is stored of somebody, to see that nothing has changed."""

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlmodel import SQLModel

from tests.api.matrix.ground import Ground

_WHOLE = {"idempotency_key", "taken_question", "calling_profile"}
"""Tables without an owner's columns: the whole of them is looked at."""


def stored(database: psycopg.Connection[Any], grounds: Sequence[Ground]) -> dict[str, str]:
    """Return the digest of every table, of what belongs to the customers of these grounds or to their tenants."""
    providers, customers = [g.provider.key for g in grounds], [g.customer.key for g in grounds]
    query = sql.SQL(" UNION ALL ").join(_digest(table) for table in sorted(SQLModel.metadata.tables))
    return dict(database.execute(query, {"providers": providers, "customers": customers}).fetchall())


def of_customer(database: psycopg.Connection[Any], ground: Ground) -> dict[str, str]:
    """Return the digest of every table, of what belongs to the customer of a ground."""
    tables = [name for name, table in SQLModel.metadata.tables.items() if "customer_id" in table.columns]
    condition = "customer_id = %(customer)s"
    query = sql.SQL(" UNION ALL ").join(_digested(table, condition) for table in sorted(tables))
    return dict(database.execute(query, {"customer": ground.customer.key}).fetchall())


def _digest(table: str) -> sql.Composed:
    if table in _WHOLE:
        return _digested(table, "true")
    condition = "provider_id = ANY(%(providers)s)"
    if "customer_id" in SQLModel.metadata.tables[table].columns:
        # What the owner did in another cell may still go on for a while.
        condition += " AND (customer_id IS NULL OR customer_id = ANY(%(customers)s))"
    return _digested(table, condition)


def _digested(table: str, condition: LiteralString) -> sql.Composed:
    query = "SELECT {}, md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} AS t WHERE {}"
    return sql.SQL(query).format(table, sql.Identifier(table), sql.SQL(condition))


def jobs(database: psycopg.Connection[Any], ground: Ground) -> set[int]:
    """Return the jobs that are about something of a ground."""
    about = "|".join(str(key) for key in ground.keys.values())
    found = database.execute("SELECT id FROM procrastinate_jobs WHERE args::text ~ %s", [about])
    return {int(row[0]) for row in found.fetchall()}
