"""Sending an operation as a client would: as JSON, as multipart with a file, or as a stream until its first event."""

import asyncio
import json
from contextlib import suppress

import httpx
from graphql import OperationType

from tests.conformance.fuzz.aiming import Operation

LISTENED_S = 1.5
"""How long a stream is listened to until its first event; with a bookmark there may be none."""

STREAM = "text/event-stream"

_DATA = "data: "


async def answered(http: httpx.AsyncClient, url: str, operation: Operation, token: str) -> httpx.Response:
    """Send; return the answer, of a stream its first event as if it were one."""
    headers = {"authorization": f"Bearer {token}"}
    # As ASCII: JSON can say lone surrogates, UTF-8 cannot.
    body = json.dumps({"query": operation.document, "variables": operation.variables})
    if operation.file is not None:
        parts = {"operations": body, "map": json.dumps({"0": ["variables.file"]})}
        headers |= {"GraphQL-Require-Preflight": "1"}
        return await http.post(url, data=parts, files={"0": ("numbers.csv", operation.file)}, headers=headers)
    headers |= {"content-type": "application/json"}
    if operation.kind is OperationType.SUBSCRIPTION:
        return await _first_event(http, url, body, {**headers, "accept": STREAM})
    return await http.post(url, content=body, headers=headers)


async def _first_event(http: httpx.AsyncClient, url: str, body: str, headers: dict[str, str]) -> httpx.Response:
    async with http.stream("POST", url, content=body, headers=headers) as response:
        if not response.headers["content-type"].startswith(STREAM):
            await response.aread()
            return response
        with suppress(TimeoutError):
            async with asyncio.timeout(LISTENED_S):
                async for line in response.aiter_lines():
                    if line.startswith(_DATA):
                        return httpx.Response(response.status_code, content=line.removeprefix(_DATA))
        return httpx.Response(response.status_code, json={"data": None})
