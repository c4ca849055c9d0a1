"""The simulator's state in one SQLite file, which outlives the process, however it ends."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What the operating system was handed survives SIGKILL; only a crash of the machine needs synchronous writes.
SETTINGS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY;"

# Expiries are seconds since the epoch. Numbers are unique across organizations, as they are in Webex. Owners, moves
# (where the numbers of a job go), providers (of a location's connection) and the scopes of access tokens are tables of
# their own because a state file of an earlier simulator gets new tables, but no new columns.
SCHEMA = """
CREATE TABLE IF NOT EXISTS organizations (id TEXT PRIMARY KEY, name TEXT NOT NULL, ordinal INTEGER NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS locations (
    id TEXT PRIMARY KEY, organization TEXT NOT NULL, name TEXT NOT NULL, country TEXT NOT NULL,
    time_zone TEXT NOT NULL, connection_type TEXT NOT NULL, main_number TEXT);
CREATE INDEX IF NOT EXISTS locations_by_organization ON locations (organization);
CREATE TABLE IF NOT EXISTS numbers (
    e164 TEXT PRIMARY KEY, organization TEXT NOT NULL, location TEXT NOT NULL, number_type TEXT NOT NULL,
    usage TEXT NOT NULL, state TEXT NOT NULL, is_main INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS numbers_by_organization ON numbers (organization);
CREATE INDEX IF NOT EXISTS numbers_by_location ON numbers (location);
CREATE TABLE IF NOT EXISTS owners (
    e164 TEXT PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, first_name TEXT NOT NULL, last_name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, organization TEXT NOT NULL, usage TEXT NOT NULL, targets TEXT NOT NULL,
    polls_left INTEGER NOT NULL, is_failing INTEGER NOT NULL, tracking_id TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'STARTED', exit_code TEXT NOT NULL DEFAULT 'UNKNOWN',
    problems TEXT NOT NULL DEFAULT '[]');
CREATE INDEX IF NOT EXISTS jobs_by_organization ON jobs (organization);
CREATE TABLE IF NOT EXISTS moves (job TEXT PRIMARY KEY, location TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS providers (location TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS switches (organization TEXT PRIMARY KEY, settings TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, organization TEXT NOT NULL, redirect_uri TEXT NOT NULL, scope TEXT NOT NULL,
    expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS refresh_tokens (
    token TEXT PRIMARY KEY, organization TEXT NOT NULL, scope TEXT NOT NULL, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS access_tokens (token TEXT PRIMARY KEY, organization TEXT NOT NULL, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS access_scopes (token TEXT PRIMARY KEY, scope TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS managers (customer TEXT NOT NULL, partner TEXT NOT NULL, PRIMARY KEY (customer, partner));
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, organization TEXT,
    numbers TEXT NOT NULL, status INTEGER, tracking_id TEXT NOT NULL, applied INTEGER NOT NULL);
"""


def open_storage(path: Path) -> sqlite3.Connection:
    """Open the state file, made where there is none. Transactions are ours to begin and commit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.executescript(SETTINGS + SCHEMA)
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block wrote, all of it or, where it raises, nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
