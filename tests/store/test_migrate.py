"""Bringing a database up to date, and what the application may do in it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from store.migrate import as_application, configuration, ensure_database, migrate


@pytest.fixture
def application(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the application's role."""
    with closing(psycopg.connect(as_application(owner_url), autocommit=True)) as connection:
        yield connection


def _ours(_: object, name: str | None, kind: str, reflected: bool, __: object) -> bool:  # noqa: FBT001  # Alembic's signature
    """Leave out the tables of Procrastinate and of Alembic itself."""
    return not (kind == "table" and reflected and str(name).startswith(("procrastinate_", "alembic_")))


def test_the_migrations_lead_to_the_tables_as_declared(owner_url: str) -> None:
    """A column, index or foreign key that is declared and not migrated, or the other way round, shows here."""
    engine = create_engine(owner_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        differences = compare_metadata(context, SQLModel.metadata)
    engine.dispose()
    assert differences == []


def test_a_database_is_made_once_by_several_at_once(embedded: str) -> None:
    """As when several processes start on a new machine."""
    with ThreadPoolExecutor(8) as threads:
        made = [threads.submit(ensure_database, embedded, "made_at_once") for _ in range(8)]
    assert {future.result() for future in made} == {ensure_database(embedded, "made_at_once")}


def test_migrating_again_changes_nothing(owner_url: str) -> None:
    """Every start of a process may migrate."""
    with closing(psycopg.connect(owner_url, autocommit=True)) as owner:
        owner.execute("INSERT INTO tenant (kind, name) VALUES ('SERVICE_PROVIDER', 'Kept')")
        before = owner.execute("SELECT id, name FROM tenant ORDER BY id").fetchall()
        migrate(owner_url)
        assert owner.execute("SELECT id, name FROM tenant ORDER BY id").fetchall() == before


def test_the_system_is_there_from_the_first(owner_url: str) -> None:
    """An empty database has the one tenant above all others."""
    with closing(psycopg.connect(owner_url)) as owner:
        assert owner.execute("SELECT kind, parent_id FROM tenant").fetchall() == [("SYSTEM", None)]


@pytest.mark.parametrize(
    "forbidden",
    [
        "UPDATE alembic_version SET version_num = '0001'",
        "UPDATE audit_event SET actor = 'nobody'",
        "UPDATE audit_event SET action = action WHERE false",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "SELECT id FROM audit_event FOR UPDATE",
        "UPDATE event SET after = 'READY'",
        "DELETE FROM event",
        "TRUNCATE event",
        "UPDATE tenant SET name = 'Mine'",
        "DELETE FROM tenant",
        "UPDATE calling_profile SET name = 'Mine'",
        "DELETE FROM calling_profile",
        "CREATE TABLE mine (id int)",
        "DROP TABLE number",
        "ALTER TABLE number ADD COLUMN mine int",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_the_application_may_not(application: psycopg.Connection[Any], forbidden: str) -> None:
    """What is written to the trail stays, and the tables are their owner's."""
    with pytest.raises(InsufficientPrivilege):
        application.execute(forbidden)


@pytest.mark.parametrize("table", sorted(SQLModel.metadata.tables))
def test_the_application_reads_every_table_and_owns_none(application: psycopg.Connection[Any], table: str) -> None:
    """So that row-level security holds for it: it does not for an owner."""
    application.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # our own tables
    owner = application.execute("SELECT tableowner FROM pg_tables WHERE tablename = %s", [table]).fetchone()
    assert owner is not None
    assert owner[0] != "numberline_app"


def test_the_application_adds_to_the_audit_trail_and_reads_it(application: psycopg.Connection[Any]) -> None:
    """Those two things, and nothing else."""
    granted = application.execute(
        "SELECT privilege_type FROM information_schema.role_table_grants"
        " WHERE table_name = 'audit_event' AND grantee IN ('numberline_app', 'PUBLIC')"
    )
    assert {row[0] for row in granted.fetchall()} == {"SELECT", "INSERT"}


def test_nothing_that_runs_as_the_owner_touches_the_audit_trail(application: psycopg.Connection[Any]) -> None:
    """No function, trigger or rule does what the application may not, nor is a row deleted with another table's."""
    functions = application.execute("SELECT proname, prosrc FROM pg_proc WHERE prosecdef").fetchall()
    triggers = application.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_event'::regclass").fetchall()
    rules = application.execute("SELECT rulename FROM pg_rules WHERE definition LIKE '%audit_event%'").fetchall()
    assert functions
    assert [name for name, source in functions if "audit_event" in source or "EXECUTE" in source] == []
    assert (triggers, rules) == ([], [])


def test_what_the_audit_trail_held_before_can_be_read(embedded: str) -> None:
    """Actions become words of the vocabulary; what became of a service is told of it; names stay with the system."""
    url = ensure_database(embedded, "audited_before")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0008")
        connection.exec_driver_sql("""
            INSERT INTO audit_event (actor, action, entity, entity_id) VALUES
            ('ann', 'SIP connection created', 'sip_connection', '00000000-0000-0000-0000-000000000001'),
            ('worker', 'consent withdrawn', 'consent_grant', '00000000-0000-0000-0000-000000000002')
        """)
        command.upgrade(configuration(connection), "head")
        query = "SELECT action, actor_level, entity, service_id IS NULL FROM audit_event ORDER BY id"
        found = [tuple(row) for row in connection.exec_driver_sql(query)]
    engine.dispose()
    assert found == [
        ("SIP_CONNECTION_CREATED", "SYSTEM", "sip_connection", True),
        ("CONSENT_WITHDRAWN", None, "service", False),
    ]
