"""Followers whose connections are cut at random, who come back to any of several servers with the last cursor."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from api.demo.client import SUBPROTOCOL
from schema.subscriptions.positions import BEGINNING
from tests.api.events import events
from tests.api.journey import Api

STATUS = """subscription($of: [ServiceBy!]!, $after: String) {
  serviceStatusChanged(services: $of, after: $after) { cursor serviceId previousStatus status } }"""

PROGRESS = """subscription($of: UploadBy!, $after: String) { uploadProgressed(upload: $of, after: $after) {
  cursor status counts { rows total valid invalid warnings submitted added failed withdrawn } } }"""

Told = AsyncIterator[dict[str, Any] | None]
"""What a connection brings: events, and None at the end of the subscription."""

Over = Callable[[Api, str, Any, str | None], AbstractAsyncContextManager[Told]]
"""Subscribes by a document to something after a cursor."""


@asynccontextmanager
async def over_websocket(api: Api, document: str, of: Any, after: str | None) -> AsyncIterator[Told]:
    """Subscribe by graphql-transport-ws; the line is cut at the end, without a word."""
    address = api.address.replace("http", "ws", 1) + "/graphql"
    async with connect(address, subprotocols=[SUBPROTOCOL]) as socket:  # type: ignore[list-item]  # a NewType of str
        await socket.send(json.dumps({"type": "connection_init", "payload": api.headers}))
        await socket.recv()
        payload = {"query": document, "variables": {"of": of, "after": after}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        try:
            yield (_told(json.loads(message)) async for message in socket)
        finally:
            socket.transport.abort()


@asynccontextmanager
async def over_events(api: Api, document: str, of: Any, after: str | None) -> AsyncIterator[Told]:
    """Subscribe over server-sent events, and come back by Last-Event-ID as a browser does."""
    headers = {} if after is None else {"last-event-id": after}
    async with events(api, document, headers, of=of) as stream:
        yield (_told({"type": event.name, "payload": event.data}) async for event in stream)


def _told(message: dict[str, Any]) -> dict[str, Any] | None:
    if message["type"] == "complete":
        return None
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    (event,) = message["payload"]["data"].values()
    found: dict[str, Any] = event
    return found


@dataclass(slots=True)
class Follower:
    """Somebody who follows to the end."""

    servers: Sequence[Api]
    over: Over
    document: str
    of: Any
    chance: random.Random
    cuts: int = 4
    """How often it is still cut off; then it stays, or slow machines would do nothing but connect."""
    seen: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Connect again and again, until a server says that it is over."""
        while not await self._is_over():
            pass

    async def _is_over(self) -> bool:
        """Follow on a connection of its own until it is cut, or to the end."""
        self.connections += 1
        try:
            async with asyncio.timeout(self.chance.uniform(0.1, 3) if self.connections <= self.cuts else None):
                return await self._listen()
        except (OSError, ConnectionClosed, httpx.TransportError):  # a timeout is an OSError
            return False

    async def _listen(self) -> bool:
        if self.seen and self.seen[-1]["cursor"] == BEGINNING:  # cut off within the present: it begins anew
            self.seen.clear()
        after = self.seen[-1]["cursor"] if self.seen else None
        async with self.over(self.chance.choice(self.servers), self.document, self.of, after) as told:
            async for event in told:
                if event is None:
                    return True
                self.seen.append(event)
                self.begun.set()
        return False
