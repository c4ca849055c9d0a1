"""GraphQL over WebSocket: graphql-transport-ws by Strawberry's handler, with our callers and coded errors."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from math import inf
from typing import cast

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)
from strawberry.types.unset import UnsetType

from api.identity import Tokens
from api.issuer import IssuerUnavailable
from api.pace import Pace, TooManyRequests, TooManySockets, who
from api.transport.documents import Documents
from api.transport.errors import BadRequest, TooManyOperations
from api.transport.frames import TextFrames
from api.transport.parameters import checked
from api.transport.reading import read_json
from provisioning.errors import Unauthenticated
from schema.build import NumberlineSchema
from schema.context import Context, Services
from store.errors import NumberlineError

INIT_TIMEOUT = timedelta(seconds=10)
"""How long a socket may stay open before connection_init; then it is closed with 4408."""

MOST_OPERATIONS = 100
"""How many operations one socket has under way at once."""

FORBIDDEN = 4403
"""Closes a socket whose token is no good or has ended. graphql-ws connects again after it, and asks its
`connectionParams` for a token again; after 4401 it would not."""

STRANGERS_SOCKETS = 1_000
"""How many sockets from one address may be without connection_ack; each has ten seconds for it."""

CALLERS_SOCKETS = 5_000
"""How many sockets one caller may have open at one process."""

TRY_AGAIN_LATER = 1013
"""Closes a socket whose token cannot be checked, or that is one too many; clients connect again (RFC 6455, registry of
close codes)."""


class _Messages(BaseGraphQLTransportWSHandler[Context, None]):
    """Reads messages; what is not one closes the socket with 4400, and an operation that is wrong ends by itself."""

    _ending: asyncio.Task[None] | None = None

    async def handle(self) -> None:
        """Serve the socket: counted by where it comes from until it has introduced itself, then by its caller."""
        client = cast("TextFrames", self.websocket).ws.client
        with ExitStack() as self._counted:
            if await self._is_counted(who(None, client.host if client else None), STRANGERS_SOCKETS):
                await super().handle()

    async def _is_counted(self, name: str, most: int) -> bool:
        """Count the socket and what is read of it under a name; where there are too many, close it."""
        self._counted.close()
        cast("TextFrames", self.websocket).name = name
        try:
            self._counted.enter_context(cast("Sockets", self.view).pace.connected(name, most))
        except TooManySockets:
            await self.websocket.close(code=TRY_AGAIN_LATER, reason=f"Too many sockets: {most} are open already")
            return False
        return True

    async def handle_message(self, message: Message) -> None:
        if _is_message(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("This is not a message of graphql-transport-ws")

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Let somebody in, for as long as their token is good."""
        try:
            await super().handle_connection_init(message)
        except IssuerUnavailable:
            await self.websocket.close(code=TRY_AGAIN_LATER, reason="The token cannot be checked at the moment")
        if self.connection_acknowledged and self._ending is None:
            if not await self._is_counted(self._name, CALLERS_SOCKETS):
                return
            frames = cast("TextFrames", self.websocket)
            frames.most_characters = frames.most_messages = inf
            self._ending = asyncio.create_task(self._end_with_token())
            self._ending.add_done_callback(self._task_done)  # where the client went away in that moment

    async def _end_with_token(self) -> None:
        await asyncio.sleep(cast("Sockets", self.view).good_for_s(self.context))
        for name in list(self.operations):
            await self.cleanup_operation(name)
        await self.websocket.close(code=FORBIDDEN, reason="The token has ended")

    async def shutdown(self) -> None:
        """End what belongs to the socket."""
        if self._ending is not None:
            self._ending.cancel()
        await super().shutdown()

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Begin an operation. It is counted before anything else comes in, and until it ends."""
        if not self.connection_acknowledged or message["id"] in self.operations:
            await super().handle_subscribe(message)  # which closes the socket
            return
        counted = ExitStack()
        try:
            message["payload"]["query"] = self._document(message, counted)
        except NumberlineError as error:
            counted.close()
            await self._refuse(message["id"], error)
            return
        await super().handle_subscribe(message)
        cast("asyncio.Task[None]", self.operations[message["id"]].task).add_done_callback(lambda _: counted.close())

    async def handle_task_exception(self, error: Exception) -> None:
        """Log what ended an operation, but not that its client has gone: clients lose their network every day."""
        if not isinstance(error, WebSocketDisconnected):
            await super().handle_task_exception(error)

    def _document(self, message: SubscribeMessage, counted: ExitStack) -> str:
        if len(self.operations) >= MOST_OPERATIONS:
            raise TooManyOperations(MOST_OPERATIONS)
        view = cast("Sockets", self.view)
        view.pace.come(self._name)
        counted.enter_context(view.pace.following(self._name))
        return view.documents.text(cast("Mapping[str, object]", message["payload"]))

    @property
    def _name(self) -> str:
        return who(self.context.caller, None)

    async def _refuse(self, name: str, error: NumberlineError) -> None:
        hints = {"retryAfter": error.retry_after_s} if isinstance(error, TooManyRequests) else {}
        told = GraphQLError(error.message, extensions={"code": error.code, **hints})
        await self.send_message({"id": name, "type": "error", "payload": [told.formatted]})

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:  # noqa: ARG004  # Strawberry's signature
        # Strawberry would close the socket, and with it the siblings of an operation with a syntax error.
        return None


class Sockets(GraphQL[Context, None]):
    """The sockets at /graphql."""

    websocket_adapter_class = TextFrames
    graphql_transport_ws_handler_class = _Messages

    def __init__(
        self,
        schema: NumberlineSchema,
        services: Services,
        tokens: Tokens,
        pace: Pace,
        documents: Documents,
        origins: list[str],
        init_timeout: timedelta = INIT_TIMEOUT,
    ) -> None:
        """Take the schema and what its resolvers reach."""
        super().__init__(
            schema,
            graphql_ide=None,
            # Strawberry's default has the older protocol as well, whose handler let operations in before the token.
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=init_timeout,
            max_subscriptions_per_connection=None,  # counted below, for a coded error
            allowed_origins=origins,
        )
        self._services = services
        self._tokens = tokens
        self.pace = pace
        self.documents = documents

    def decode_json(self, data: str | bytes) -> object:
        """Read a message; unlike the standard library's, this reader also ends where brackets never do.

        Raises TooManyValues.
        """
        return read_json(data)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002  # Strawberry's signature
        """Return the context of a socket that has not introduced itself yet."""
        return Context(self._services, None)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Check the token in connection_init; without a good one the socket is closed with 4403.

        Raises IssuerUnavailable.
        """
        names = {name.lower(): value for name, value in (context.connection_params or {}).items()}
        authorization = names.get("authorization")
        try:
            context.caller = await self._tokens.caller(authorization if isinstance(authorization, str) else None)
        except Unauthenticated as error:
            raise ConnectionRejectionError from error
        if context.caller is None:
            raise ConnectionRejectionError
        return UnsetType()

    def good_for_s(self, context: Context) -> float:
        """Return how long the token of a socket that has introduced itself is still good, in seconds."""
        return self._tokens.remaining_s(context.caller) if context.caller else 0


def _is_message(message: object) -> bool:
    """Return whether this has the shape of a message, so that its parts can be used as what they are."""
    if not isinstance(message, dict):
        return False
    if message.get("type") not in ("subscribe", "complete"):
        return isinstance(message.get("type"), str)
    named = isinstance(message.get("id"), str) and message["id"] != ""
    return named and (message["type"] == "complete" or _is_payload(message.get("payload")))


def _is_payload(payload: object) -> bool:
    try:
        checked(payload)
    except BadRequest:
        return False
    return True
