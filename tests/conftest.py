"""Fixtures that every part of the tests may use: a real database, and a desk to work at."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from procrastinate import App, PsycopgConnector
from psycopg import sql

from provisioning.desk import Desk
from store.database import Database
from store.embedded import EmbeddedServer
from store.jobs import JobQueue
from store.migrate import as_application, ensure_database, migrate
from store.scope import Scope

TEMPLATE = "numberline_template"


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder with a path short enough for sockets, of this run alone."""
    with tempfile.TemporaryDirectory(prefix="nl-", ignore_cleanup_errors=True) as folder:
        # The embedded database runs as a user of its own where the tests run as root.
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def embedded(short_folder: Path) -> Iterator[str]:
    """The owner's URL of an embedded server, with a migrated template database."""
    server = EmbeddedServer(short_folder / "db")
    url = server.start()
    _hurry(url)
    migrate(ensure_database(url, TEMPLATE))
    yield url
    server.stop()


def _hurry(url: str) -> None:
    """Let the server trust the operating system with its files: a database for a test then takes a quarter of the time.

    Nothing here survives the machine anyway; tests that kill a server start one of their own.
    """
    with closing(psycopg.connect(url, autocommit=True)) as owner:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            owner.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        owner.execute("SELECT pg_reload_conf()")


@pytest.fixture
def owner_url(embedded: str) -> Iterator[str]:
    """The owner's URL of a fresh, migrated database of this test's own."""
    name = f"test_{datetime.now(UTC):%H%M%S%f}"
    with closing(psycopg.connect(embedded, autocommit=True)) as owner:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        owner.execute(create.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        yield ensure_database(embedded, name)
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def database(owner_url: str) -> AsyncIterator[Database]:
    """The store, connected as the application's role."""
    url = as_application(owner_url)
    store = Database(url, JobQueue(App(connector=PsycopgConnector(conninfo=url))))
    yield store
    await store.close()


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def system() -> Scope:
    """The scope that sees everything."""
    return Scope.everything("test")


@pytest.fixture
def desk(database: Database, clock: Callable[[], datetime], system: Scope) -> Desk:
    """A desk at system level."""
    return Desk(system, database, clock)
