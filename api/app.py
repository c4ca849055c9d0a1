"""The ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute

from api import downloads, files, health, outbox, worker
from api.consent import ConsentPages
from api.graphiql import guide, page
from api.graphiql.development import development_token
from api.guard import guarded, names
from api.keys import state_key
from api.leaving import notice
from api.refusals import astray
from api.settings import Settings
from api.transport.bodies import BodyLimits
from api.transport.documents import Documents, trusted_documents
from api.transport.endpoint import GraphQLEndpoint
from api.wiring import House, built
from schema.build import build_schema
from schema.context import Services


def create_app(settings: Settings) -> Starlette:
    """Return the application; it builds its house when it starts."""
    leaving = asyncio.Event()
    documents = Documents(trusted_documents(settings.trusted_documents), only=settings.trusted_documents_only)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with built(settings) as house, house.jobs.open_async(), house.feed.running():
            app.router.routes.extend(_routes(house, documents, leaving))
            async with _working(house):
                notice(leaving)
                yield

    hosts = names(settings.trusted_hosts, settings.base_url, is_public=settings.issuer is not None)
    app = Starlette(
        lifespan=lifespan,
        middleware=guarded(hosts, settings.base_url, settings.allowed_origins),
        exception_handlers={HTTPException: astray},
    )
    app.router.redirect_slashes = False  # its redirect quotes the Host header, whatever stands there
    return app


def _routes(house: House, documents: Documents, leaving: asyncio.Event) -> list[BaseRoute]:
    services = Services(house.database, house.feed, house.counter, outbox.link_in_letter(house))
    origins = house.settings.allowed_origins
    bodies = BodyLimits(house.settings.body_bytes, house.settings.file_bytes)
    schema = build_schema(house.settings.operation_limits)
    has_page = house.settings.graphiql and not documents.only
    graphql = GraphQLEndpoint(
        schema, services, house.tokens, house.pace, documents, origins, bodies, leaving, has_page=has_page
    )
    return [
        Route("/", lambda _: RedirectResponse("/graphql")),
        Route("/graphql", graphql),
        WebSocketRoute("/graphql", graphql),
        *page.routes(lambda request: guide.config(development_token(house.settings, request))),
        *files.routes(),
        *downloads.routes(house),
        *health.routes(house),
        *outbox.routes(house),
        *ConsentPages(house, state_key(house.settings.data_dir)).routes(),
    ]


@asynccontextmanager
async def _working(house: House) -> AsyncIterator[None]:
    """Run the job worker beside the web, unless it runs elsewhere."""
    if not house.settings.worker:
        yield
        return
    task = asyncio.create_task(worker.work(house))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
