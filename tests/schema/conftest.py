"""Fixtures for tests of the schema by itself: no server, a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import psycopg
import pytest
from procrastinate import App, PsycopgConnector

from provisioning.caller import Caller
from provisioning.desk import Desk
from schema.build import NumberlineSchema, build_schema
from schema.context import Context, Services
from store.database import Database
from store.events import EventFeed
from store.jobs import JobQueue
from store.migrate import as_application, ensure_database, migrate
from store.vocabulary import Level, Role

SYSTEM = Caller("tester", Level.SYSTEM, Role.ADMIN)


@pytest.fixture(scope="session")
def schema() -> NumberlineSchema:
    """The schema that is served."""
    return build_schema()


@pytest.fixture(scope="session")
async def services(embedded: str) -> AsyncIterator[Services]:
    """What resolvers reach, on an empty database for all tests that only read."""
    owner_url = ensure_database(embedded, "numberline_schema")
    migrate(owner_url)
    url = as_application(owner_url)
    database = Database(url, JobQueue(App(connector=PsycopgConnector(conninfo=url))))
    yield _services(database, url)
    await database.close()


@pytest.fixture
def context(services: Services) -> Context:
    """A request at system level, to read only."""
    return Context(services, SYSTEM)


@pytest.fixture
def own_context(database: Database, owner_url: str) -> Context:
    """A request at system level, on a database of the test's own."""
    return Context(_services(database, owner_url), SYSTEM)


def _services(database: Database, url: str) -> Services:
    async def connect() -> psycopg.AsyncConnection[object]:
        return await psycopg.AsyncConnection.connect(url, autocommit=True)

    feed = EventFeed(database, connect)
    return Services(database, feed, lambda scope: Desk(scope, database, lambda: datetime.now(UTC)))
