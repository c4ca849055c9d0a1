"""Two families with a row in every table, and connections with nothing but row-level security in their way."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg import sql

from provisioning.desk import Desk
from store.migrate import as_application
from store.tables import IdempotencyKey, TakenQuestion
from tests.arrange import put
from tests.store.families import Family, family
from tests.store.row_level_security.statements import LEVELS


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
