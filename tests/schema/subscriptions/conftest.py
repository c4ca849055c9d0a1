"""A small system to follow things in: a desk, a schema, and a feed that runs on a pool of one connection."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from procrastinate import App, PsycopgConnector

from provisioning.desk import Desk
from schema.build import NumberlineSchema
from schema.context import Context, Services
from store.database import Database
from store.events import EventFeed
from store.jobs import JobQueue
from store.migrate import as_application
from tests.schema.conftest import SYSTEM

Follow = Callable[..., AsyncIterator[dict[str, Any]]]
"""Follows a subscription: its document and variables to the values of its one field."""

Following = Callable[..., Any]
"""Runs a feed with a rest of so many seconds and yields a way to follow."""


@pytest.fixture
def following(schema: NumberlineSchema, desk: Desk, owner_url: str) -> Following:
    """A way to subscribe, on a pool of one connection, and one more in need."""
    url = as_application(owner_url)

    async def connect() -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(url, autocommit=True)

    @asynccontextmanager
    async def running(rest_s: float) -> AsyncIterator[Follow]:
        database = Database(url, JobQueue(App(connector=PsycopgConnector(conninfo=url))), pool_size=1)
        feed = EventFeed(database, connect, rest_s=rest_s)
        services = Services(database, feed, lambda scope: Desk(scope, database, desk.clock))

        async def follow(document: str, **variables: Any) -> AsyncIterator[dict[str, Any]]:
            context = Context(services, SYSTEM)
            results = await schema.subscribe(document, variable_values=variables, context_value=context)
            async for result in results:  # type: ignore[union-attr]  # a refusal comes as an iterator of one as well
                assert result.errors is None
                (value,) = result.data.values()
                yield value

        async with feed.running():
            yield follow
        await database.close()

    return running
