"""Bringing a database up to date, as its owner: tables, jobs, the application's role and its grants."""

from dataclasses import dataclass

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from store.errors import NumberlineError, Unavailable

APPLICATION_ROLE = "numberline_app"
"""The role the application connects as; it owns nothing."""

CONNECT_S = 10
"""How long the database may take to let somebody in."""

_MIGRATION_LOCK = 4_310_000

_GRANTS = """
GRANT USAGE ON SCHEMA public TO numberline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO numberline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO numberline_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO numberline_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM numberline_app;
REVOKE UPDATE, DELETE ON audit_event, event FROM numberline_app;
REVOKE UPDATE, DELETE ON tenant, calling_profile FROM numberline_app;
"""
"""What the application may do. The audit trail and the events can be added to, never changed."""


@dataclass(eq=False)
class DatabaseOutdated(NumberlineError):
    """The database is not up to date: run `numberline migrate` as its owner, and then start this again."""

    code = "DATABASE_OUTDATED"


def check_current(url: str) -> None:
    """Make sure that the database of the application has all that this program knows; it may have more than that.

    Raises DatabaseOutdated, and Unavailable where it cannot be reached.
    """
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_S) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.OperationalError as error:
        raise Unavailable from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege) as error:
        raise DatabaseOutdated from error
    _, *older = [script.revision for script in ScriptDirectory.from_config(_scripts()).walk_revisions()]
    if found is None or found[0] in older:
        raise DatabaseOutdated


def migrate(owner_url: str) -> None:
    """Run what migrations are missing and renew the grants; several processes may call it at once.

    Raises Unavailable where the database cannot be reached, and sqlalchemy.exc.ProgrammingError where the owner may
    not create the role `numberline_app` and it does not exist yet: create it by hand (CREATE ROLE numberline_app LOGIN
    PASSWORD '...') and call again.
    """
    engine = create_engine(_with_driver(owner_url), connect_args={"connect_timeout": CONNECT_S})
    try:
        with _connected(engine) as connection, connection.begin():
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            connection.execute(text("SET LOCAL search_path TO public"))
            command.upgrade(configuration(connection), "head")
            _ensure_role(connection)
            connection.exec_driver_sql(_GRANTS)
    finally:
        engine.dispose()


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        raise Unavailable from error


def ensure_database(owner_url: str, name: str) -> str:
    """Create the database if it is missing and return its owner's URL; several processes may call it at once."""
    engine = create_engine(_with_driver(owner_url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})"))
            known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
            if known.first() is None:
                connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    finally:
        engine.dispose()
    return make_url(owner_url).set(database=name).render_as_string(hide_password=False)


def as_application(owner_url: str) -> str:
    """Return the URL of the same database for the application's role, for a server that trusts local users."""
    url = make_url(owner_url).set(username=APPLICATION_ROLE, password=None)
    return url.render_as_string(hide_password=False)


def configuration(connection: Connection) -> Config:
    """Return the Alembic configuration for an open connection."""
    config = _scripts()
    config.attributes["connection"] = connection
    return config


def _scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    return config


def _with_driver(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


def _ensure_role(connection: Connection) -> None:
    query = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    if connection.execute(query, {"role": APPLICATION_ROLE}).first() is None:
        connection.exec_driver_sql(f"CREATE ROLE {APPLICATION_ROLE} LOGIN")
