"""The endpoint at /graphql, over every transport."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from math import inf
from types import MappingProxyType
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from api.graphiql.page import page_response
from api.identity import Tokens
from api.issuer import IssuerUnavailable
from api.pace import Pace, TooManyRequests, TooManyStreams, who
from api.refusals import refusal
from api.transport.answers import answer, refused
from api.transport.bodies import BodyLimits, bounded
from api.transport.documents import Documents
from api.transport.errors import (
    BodyTooLarge,
    DocumentRefused,
    MethodNotAllowed,
    MutationByGet,
    NotAcceptable,
    OperationUnknown,
    RequestRefused,
    SubscriptionNotStreamed,
    TooManyValues,
)
from api.transport.media import EVENTS, RESPONSE, preferred, takes_events
from api.transport.parameters import KINDS, Parameters, parameters
from api.transport.sockets import Sockets
from api.transport.streams import EventStream, Results
from provisioning.caller import Caller
from provisioning.errors import Unauthenticated
from schema.build import NumberlineSchema
from schema.context import Bookmark, Context, Services
from schema.strangers import asks_for_schema_alone
from store.errors import NumberlineError

ANSWERED: Mapping[str, frozenset[OperationType]] = MappingProxyType(
    {
        "GET": frozenset({OperationType.QUERY}),
        "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
    }
)
"""By method, the operations that have one answer."""


STRANGERS_BYTES = 100_000
"""How long a body may be that comes without a token; asking for the schema takes 2,000."""

RETRY_AFTER_S = 5
"""When to come back while tokens cannot be checked."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that was read."""

    method: str
    accept: str
    caller: Caller | None
    name: str
    """Under which the caller's requests and streams are counted."""
    last_event_id: str | None
    given: Parameters


class GraphQLEndpoint:
    """GraphQL over HTTP with its two media types, over server-sent events and over WebSocket."""

    def __init__(  # noqa: PLR0913  # all that a request may meet
        self,
        schema: NumberlineSchema,
        services: Services,
        tokens: Tokens,
        pace: Pace,
        documents: Documents,
        origins: list[str],
        bodies: BodyLimits,
        leaving: asyncio.Event,
        *,
        has_page: bool,
    ) -> None:
        """Take the schema and what its resolvers reach; streams end once `leaving` is set."""
        self._schema = schema
        self._services = services
        self._tokens = tokens
        self._pace = pace
        self._has_page = has_page
        self._documents = documents
        self._bodies = bodies
        self._leaving = leaving
        self._sockets = Sockets(schema, services, tokens, pace, documents, origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket."""
        if scope["type"] == "websocket":
            await self._sockets(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limits = self._bodies if headers.get("authorization") else self._bodies.at_most(STRANGERS_BYTES)
        request = Request(scope, bounded(receive, headers, limits))
        try:
            response = await self._answered(request)
            if request.method == "GET":
                response.headers["vary"] = "accept"
            await response(scope, receive, send)
        finally:
            await request.close()  # and with it the files of its parts, which a stream may still read

    async def _answered(self, request: Request) -> Response:
        if self._wants_page(request):
            return page_response(request)
        accept = ", ".join(request.headers.getlist("accept"))
        media = preferred(accept)
        try:
            if request.method not in ANSWERED:
                raise MethodNotAllowed
            if media is None:
                raise NotAcceptable
            return await self._run(await self._asked(request, accept), media)
        except (Unauthenticated, IssuerUnavailable, TooManyRequests, TooManyStreams, RequestRefused) as error:
            return _refusal(error, media)

    def _wants_page(self, request: Request) -> bool:
        """Return whether a browser asks for the page, where there is one."""
        return (
            request.method == "GET"
            and self._has_page
            and KINDS.keys().isdisjoint(request.query_params)
            and "text/html" in request.headers.get("accept", "")
        )

    async def _asked(self, request: Request, accept: str) -> _Asked:
        caller = await self._tokens.caller(request.headers.get("authorization"))
        name = who(caller, request.client.host if request.client else None)
        self._pace.come(name)
        last_event_id = request.headers.get("last-event-id") or None
        try:
            given = await parameters(request)
        except (BodyTooLarge, TooManyValues) as error:
            raise error if caller else Unauthenticated from error
        return _Asked(request.method, accept, caller, name, last_event_id, given)

    def _document(self, asked: _Asked) -> str:
        """Return the document. Raises a DocumentRefused; somebody without a token is told nothing but Unauthenticated.

        What they may ask is decided before anything that takes long.
        """
        if asked.caller is not None:
            return self._documents.text(asked.given)
        try:
            text = self._documents.text(asked.given)
        except DocumentRefused as error:
            raise Unauthenticated from error
        if not (self._tokens.open_schema and asks_for_schema_alone(text, self._schema.limits.tokens)):
            raise Unauthenticated
        return text

    async def _run(self, asked: _Asked, media: str) -> Response:
        if media == EVENTS:
            return await self._stream(asked)
        try:
            return await self._answer(asked, media)
        except DocumentRefused as error:
            return answer(refused(error), media)

    async def _answer(self, asked: _Asked, media: str) -> Response:
        try:
            result = await self._schema.execute(
                self._document(asked),
                context_value=Context(self._services, asked.caller),
                allowed_operation_types=ANSWERED[asked.method],
                **_options(asked.given),
            )
        except CannotGetOperationTypeError as error:
            raise OperationUnknown(error.as_http_error_reason().rstrip(".")) from error
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.MUTATION:
                raise MutationByGet from error
            if not takes_events(asked.accept):
                raise SubscriptionNotStreamed from error
            return await self._stream(asked)
        return answer(result, media)

    async def _stream(self, asked: _Asked) -> Response:
        """Follow the operation. What is wrong with it is told in the stream, as graphql-sse has it."""
        bookmark = Bookmark(asked.last_event_id)
        with ExitStack() as counted:
            counted.enter_context(self._pace.following(asked.name))
            try:
                results = await self._schema.stream(
                    self._document(asked),
                    context_value=Context(self._services, asked.caller, bookmark=bookmark),
                    allowed_operation_types=ANSWERED[asked.method] | {OperationType.SUBSCRIPTION},
                    **_options(asked.given),
                )
            except DocumentRefused as error:
                results = _once(refused(error))
            good_for_s = self._tokens.remaining_s(asked.caller) if asked.caller else inf
            stream = cast("Results", results)  # nothing is delivered incrementally
            return EventStream(stream, bookmark, self._leaving, good_for_s, counted.pop_all())


async def _once(result: ExecutionResult) -> Results:
    yield result


def _options(given: Parameters) -> dict[str, Any]:
    """Return what a request says beside its document, by Strawberry's names."""
    return {
        "variable_values": given.get("variables"),
        "operation_name": given.get("operationName"),
        "operation_extensions": given.get("extensions"),
    }


def _refusal(error: NumberlineError, media: str | None) -> Response:
    """Return a refusal in the media type that the client likes, where that is one for a single answer."""
    status, retry_after_s = _status(error)
    hints = {} if retry_after_s is None else {"retryable": True, "retryAfter": retry_after_s}
    response = refusal(status, error.code, error.message, **hints)
    if isinstance(error, RequestRefused):
        response.headers.update(error.headers)
    if retry_after_s is not None:
        response.headers["retry-after"] = str(retry_after_s)
    if media == RESPONSE:
        response.headers["content-type"] = RESPONSE
    return response


def _status(error: NumberlineError) -> tuple[int, int | None]:
    """Return the status of a refusal, and after how many seconds the same request may go well."""
    match error:
        case TooManyRequests():
            return 429, error.retry_after_s
        case IssuerUnavailable():
            return 503, RETRY_AFTER_S
        case RequestRefused():
            return error.status, None
        case TooManyStreams():
            return 429, None
    return 401, None
