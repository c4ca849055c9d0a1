"""Building the house: the one place where the parts are made and joined."""

import asyncio
import logging
import random
import secrets
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
from procrastinate import App, PsycopgConnector

from api.development import DevelopmentKey
from api.identity import Terms, Tokens
from api.issuer import IssuerKeys
from api.keys import token_key, vault_key
from api.mail import Outbox
from api.pace import Pace
from api.settings import Settings
from api.smtp import SmtpMailer, mail_server
from controlhub.client import WebexHub, WebexSettings
from controlhub.exchange import Exchange
from controlhub.lanes import Lanes
from controlhub.protocol import Hub
from controlhub.retries import RetryPolicy
from provisioning.desk import Desk
from provisioning.vault import Vault
from store.database import Database
from store.embedded import EmbeddedServer
from store.events import EventFeed
from store.jobs import JobQueue
from store.migrate import as_application, check_current, ensure_database, migrate
from store.scope import Scope
from store.security import check_row_security

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How often a process looks whether the embedded database still runs."""

DATABASE_NAME = "numberline"
"""The database on the embedded server."""

CONNECT_S = 10
"""How long the database may take to let somebody in."""

HUB_TIMEOUT_S = 20.0
"""How long Control Hub may take to answer before its answer counts as missing."""

HUB_CONNECTIONS = httpx.Limits(max_connections=None, max_keepalive_connections=100)
"""Each organization has a lane of its own with so many slots; none waits for a connection that another one has."""


def now() -> datetime:
    """Tell the time, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """Everything that a process of ours is made of."""

    settings: Settings
    database: Database
    feed: EventFeed
    jobs: App
    tokens: Tokens
    pace: Pace
    vault: Vault
    mailer: SmtpMailer | Outbox
    hub: Hub

    def desk(self, scope: Scope) -> Desk:
        """Return a desk for our own parts, which wait for as long as it takes."""
        return Desk(scope, self.database, now, self.settings.limits)

    def counter(self, scope: Scope) -> Desk:
        """Return a desk for a caller, who does not hold a connection while others are at work on the same."""
        return replace(self.desk(scope), patience=self.settings.lock_time)


@asynccontextmanager
async def built(settings: Settings) -> AsyncIterator[House]:
    """Build the house and take it down again: database first up and last down."""
    server = EmbeddedServer(settings.data_dir) if settings.database_url is None else None
    url = await asyncio.to_thread(database_url, settings, server)
    try:
        async with (
            httpx.AsyncClient(timeout=HUB_TIMEOUT_S, limits=HUB_CONNECTIONS) as http,
            _kept_running(server),
            _tokens(settings) as tokens,
        ):
            house = _join(settings, url, http, tokens)
            try:
                yield house
            finally:
                await house.database.close()
    finally:
        if server is not None:
            await asyncio.to_thread(server.stop)


@asynccontextmanager
async def _kept_running(server: EmbeddedServer | None) -> AsyncIterator[None]:
    """Start the embedded server again whenever it was killed, while the block runs."""
    task = asyncio.create_task(_watch(server)) if server is not None else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _watch(server: EmbeddedServer) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if not server.is_running():
            logger.warning("the embedded database is gone; it is started again")
            try:
                await asyncio.to_thread(server.start)
            except Exception:
                logger.exception("the embedded database did not start; the next look tries again")


def check_database(settings: Settings) -> None:
    """Make sure that the database is up to date and keeps rows apart for us, as the embedded one is and does.

    Raises DatabaseOutdated, RowSecurityInactive, and Unavailable where the database cannot be reached.
    """
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        check_current(url)
        check_row_security(url)


def warn_of_missing_secret(settings: Settings) -> None:
    """Say in the log that Integrated services will not work. Others need no Control Hub, so that this is no refusal."""
    if settings.lacks_hub_secret:
        logger.warning(
            "NUMBERLINE_CONTROL_HUB_CLIENT_SECRET is not set: Control Hub refuses what Integrated services ask"
        )


def database_url(settings: Settings, server: EmbeddedServer | None) -> str:
    """Return the application's URL of the database; the embedded one is started and migrated first."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    assert server is not None  # noqa: S101  # one of the two is there
    owner_url = ensure_database(server.start(), DATABASE_NAME)
    migrate(owner_url)
    return as_application(owner_url)


@asynccontextmanager
async def _tokens(settings: Settings) -> AsyncIterator[Tokens]:
    """Check tokens by the issuer's keys or, where none is set, by this machine's own."""
    if settings.issuer is None:
        yield Tokens(DevelopmentKey(token_key(settings.data_dir), now), Terms(), now, open_schema=True)
        return
    async with httpx.AsyncClient() as http:
        keys = IssuerKeys(settings.issuer, settings.jwks_url, http, time.monotonic)
        try:
            yield Tokens(keys, settings.terms, now)
        finally:
            await keys.close()


def _join(settings: Settings, url: str, http: httpx.AsyncClient, tokens: Tokens) -> House:
    jobs = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=5))
    database = Database(url, JobQueue(jobs), pool_size=settings.database_pool)

    async def listener() -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=CONNECT_S)

    return House(
        settings=settings,
        database=database,
        feed=EventFeed(database, listener),
        jobs=jobs,
        tokens=tokens,
        pace=Pace(settings.requests_per_second, settings.streams_per_caller, time.monotonic),
        vault=Vault([key.get_secret_value() for key in settings.secret_keys] or [vault_key(settings.data_dir)]),
        mailer=_mailer(settings),
        hub=_hub(settings, http),
    )


def _mailer(settings: Settings) -> SmtpMailer | Outbox:
    if settings.smtp_url is None:
        return Outbox(settings.data_dir / "outbox", now)
    server = mail_server(settings.smtp_url.get_secret_value())
    return SmtpMailer(server, settings.mail_from or "", now, ssl.create_default_context())


def _hub(settings: Settings, http: httpx.AsyncClient) -> WebexHub:
    webex = WebexSettings(
        base_url=settings.control_hub_url,
        client_id=settings.control_hub_client_id,
        client_secret=settings.control_hub_client_secret.get_secret_value(),
        scopes=tuple(settings.control_hub_scopes),
    )
    lanes = Lanes(settings.control_hub_requests)
    chance = random.SystemRandom().random
    return WebexHub(webex, Exchange(http, lanes, now, asyncio.sleep, chance, RetryPolicy()))


def new_invitation_token() -> str:
    """Return a token that nobody guesses: 256 random bits."""
    return secrets.token_urlsafe(32)
