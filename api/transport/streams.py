"""Server-sent events: the graphql-sse protocol, one connection for each operation ("distinct connections mode")."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, aclosing, suppress
from time import monotonic
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult

from api.transport.answers import body, refused
from api.transport.errors import TokenEnded
from api.transport.media import EVENTS
from schema.context import Bookmark

Results = AsyncGenerator[ExecutionResult]
"""What an operation yields: one result, or those of a subscription."""

HEARTBEAT_S = 12.0
"""How long a stream is silent at most, as in graphql-sse's own server; proxies cut what is silent for longer."""

HEARTBEAT = b":\n\n"
"""A comment, which clients read over."""

COMPLETE = b"event: complete\ndata: \n\n"
"""The end; browsers drop an event without a data field."""

HEADERS = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}
"""A stream is neither kept nor held back; nginx reads the second one."""


class EventStream(Response):
    """An answer that goes on until the operation ends, the client goes away or the server leaves."""

    media_type = EVENTS

    def __init__(
        self,
        results: Results,
        bookmark: Bookmark,
        leaving: asyncio.Event,
        good_for_s: float,
        counted: AbstractContextManager[object],
    ) -> None:
        """Take the results, how long the token behind them is good, and what to hold meanwhile.

        The bookmark says the cursor of the last result.
        """
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._frames = frames(results, bookmark, HEARTBEAT_S, good_for_s)
        self._leaving = leaving
        self._counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # ASGI's signature
        """Send the stream. Whatever ends it, the operation behind it has ended as well when this returns."""
        with self._counted:
            await self._follow(receive, send)

    async def _follow(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        sending = asyncio.create_task(self._send(send))
        others = [asyncio.create_task(_gone(receive)), asyncio.create_task(self._leaving.wait())]
        try:
            await asyncio.wait((sending, *others), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _ended(sending, *others)
        await send({"type": "http.response.body", "body": b""})

    async def _send(self, send: Send) -> None:
        async with aclosing(self._frames) as parts:
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})


async def frames(results: Results, bookmark: Bookmark, heartbeat_s: float, good_for_s: float) -> AsyncGenerator[bytes]:
    """Yield the stream in parts: a comment at once and in each silence, each result, and the end.

    Once the token is no longer good, an error is the last result.
    """
    ends_at = monotonic() + good_for_s
    yield HEARTBEAT
    async with aclosing(results):
        upcoming = asyncio.ensure_future(anext(results, None))
        try:
            while True:
                remaining_s = max(ends_at - monotonic(), 0)
                arrived, _ = await asyncio.wait((upcoming,), timeout=min(heartbeat_s, remaining_s))
                if monotonic() >= ends_at:
                    yield _frame(refused(TokenEnded()), None)
                    break
                if not arrived:
                    yield HEARTBEAT
                    continue
                result = upcoming.result()
                if result is None:
                    break
                yield _frame(result, bookmark.cursor)
                upcoming = asyncio.ensure_future(anext(results, None))
        finally:
            await _ended(upcoming)
    yield COMPLETE


def _frame(result: ExecutionResult, cursor: str | None) -> bytes:
    """Return a `next` event. Its id is what a browser sends back as Last-Event-ID."""
    place = f"id: {cursor}\n" if cursor else ""
    return b"event: next\n%bdata: %b\n\n" % (place.encode(), orjson.dumps(body(result)))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ended(*tasks: "asyncio.Future[Any]") -> None:
    """End what still runs; a failure of what has ended by itself is raised."""
    for task in tasks:
        if task.done():
            continue
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    for task in tasks:
        if not task.cancelled():
            task.result()
