"""Server-sent events as a browser reads them (HTML, section 9.2.6), for tests."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.api.journey import Api


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name, its data as JSON, and its id."""

    name: str
    data: Any
    id: str | None = None


@asynccontextmanager
async def events(
    api: Api, document: str, headers: dict[str, str] | None = None, **variables: Any
) -> AsyncIterator[AsyncIterator[Event]]:
    """Run a document over server-sent events; yield what comes, comments left out."""
    own = {**api.headers, "accept": "text/event-stream", **(headers or {})}
    body = {"query": document, "variables": variables}
    async with asyncio.timeout(20), api.http.stream("POST", f"{api.address}/graphql", json=body, headers=own) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        yield _read(answer.aiter_lines())


async def _read(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    fields: dict[str, str] = {}
    async for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield Event(fields["event"], json.loads(fields["data"] or "null"), fields.get("id"))
            fields = {}
