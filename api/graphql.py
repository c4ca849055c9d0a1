"""GraphQL over HTTP and WebSocket: Strawberry's view, with our callers, our JSON and coded errors."""

from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message
from strawberry.types.unset import UnsetType

from api.graphiql.page import page_response
from api.identity import Tokens
from api.refusals import refusal
from provisioning.errors import Unauthenticated
from schema.build import NumberlineSchema
from schema.context import Context, Services
from store.errors import NumberlineError

PREFLIGHT_HEADER = "graphql-require-preflight"
"""A header that a form on somebody else's page cannot send; without it no multipart request is taken."""


class PreflightMissing(NumberlineError):
    """Send the header GraphQL-Require-Preflight with a multipart request."""

    code = "PREFLIGHT_MISSING"


class _TextFrames(ASGIWebSocketAdapter):
    """Sends JSON as text frames, as graphql-transport-ws wants it."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        await self.ws.send_text(orjson.dumps(message).decode())


class _Messages(BaseGraphQLTransportWSHandler[Context, None]):
    """Reads messages; what is not one closes the socket with 4400, and an operation that is wrong ends by itself."""

    async def handle_message(self, message: Message) -> None:
        if _is_message(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("This is not a message of graphql-transport-ws")

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:  # noqa: ARG004  # Strawberry's signature
        # Strawberry would close the socket, and with it the siblings of an operation with a syntax error.
        return None


class GraphQLEndpoint(GraphQL[Context, None]):
    """The endpoint at /graphql."""

    websocket_adapter_class = _TextFrames
    graphql_transport_ws_handler_class = _Messages

    def __init__(self, schema: NumberlineSchema, services: Services, tokens: Tokens, origins: list[str]) -> None:
        """Take the schema and what its resolvers reach."""
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            multipart_uploads_enabled=True,
            allowed_origins=origins,
        )
        self._services = services
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; what is refused before GraphQL begins is JSON too."""
        try:
            await self._serve(scope, receive, send)
        except HTTPException as error:
            await refusal(error.status_code, "BAD_REQUEST", error.reason)(scope, receive, send)
        except Unauthenticated as error:
            await refusal(401, error.code, str(error))(scope, receive, send)
        except PreflightMissing as error:
            await refusal(400, error.code, str(error))(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        if _wants_page(request):
            await page_response(request)(scope, receive, send)
            return
        _check_preflight(request)
        response = await self.run(request)
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002  # Strawberry's signature
        """Return the context: over HTTP with its caller, over a WebSocket before it has introduced itself."""
        caller = None
        if isinstance(request, Request) and request.scope["type"] == "http":
            caller = self._tokens.caller(request.headers.get("authorization"))
        return Context(self._services, caller)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> Any:
        """Parse a body; whatever shape it has, what cannot be a GraphQL request is the client's mistake."""
        try:
            return await super().parse_http_body(request)
        except (HTTPException, JSONDecodeError, KeyError):
            raise
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            raise HTTPException(400, "The body is not a GraphQL request: send a JSON object with a `query`.") from error

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Check the token in connection_init; without a good one the socket is closed with 4403."""
        names = {name.lower(): value for name, value in (context.connection_params or {}).items()}
        authorization = names.get("authorization")
        try:
            context.caller = self._tokens.caller(authorization if isinstance(authorization, str) else None)
        except Unauthenticated as error:
            raise ConnectionRejectionError from error
        if context.caller is None:
            raise ConnectionRejectionError
        return UnsetType()

    def encode_json(self, data: object) -> bytes:
        """Encode an answer."""
        return orjson.dumps(data)


def _wants_page(request: Request) -> bool:
    return request.method == "GET" and "query" not in request.query_params and _accepts_html(request)


def _accepts_html(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _check_preflight(request: Request) -> None:
    is_multipart = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    if is_multipart and PREFLIGHT_HEADER not in request.headers:
        raise PreflightMissing


def _is_message(message: object) -> bool:
    """Return whether this has the shape of a message, so that its parts can be used as what they are."""
    if not isinstance(message, dict):
        return False
    if message.get("type") != "subscribe":
        return True
    payload = message.get("payload")
    return (
        isinstance(message.get("id"), str)
        and isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
