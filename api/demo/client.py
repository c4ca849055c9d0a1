"""A small client of the public API: queries and mutations over HTTP, subscriptions over a WebSocket."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
from websockets.asyncio.client import connect

SUBPROTOCOL = "graphql-transport-ws"


class Refused(Exception):
    """The API refused what the demo asked for."""


class Client:
    """One caller."""

    def __init__(self, http: httpx.AsyncClient, address: str, token: str) -> None:
        """Take the server's address, without a path, and a bearer token."""
        self._http = http
        self._address = address
        self._headers = {"authorization": f"Bearer {token}"}

    async def run(self, document: str, **variables: Any) -> dict[str, Any]:
        """Run a query, or a mutation of one field, and return its data; a mutation's payload alone.

        Raises Refused for errors and user errors.
        """
        body = {"query": document, "variables": variables}
        answer = await self._http.post(f"{self._address}/graphql", json=body, headers=self._headers)
        return _data(document, answer.json())

    async def send_file(self, document: str, name: str, content: bytes, **variables: Any) -> dict[str, Any]:
        """Run a mutation whose `input.source.file` is a file, by the GraphQL multipart request specification."""
        operations = {"query": document, "variables": variables}
        answer = await self._http.post(
            f"{self._address}/graphql",
            data={"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.input.source.file"]})},
            files={"0": (name, content, "text/csv")},
            headers={**self._headers, "GraphQL-Require-Preflight": "1"},
        )
        return _data(document, answer.json())

    async def get(self, path: str) -> httpx.Response:
        """Fetch a path of the server."""
        answer = await self._http.get(f"{self._address}{path}", headers=self._headers)
        return answer.raise_for_status()

    async def follow(self, document: str, **variables: Any) -> AsyncGenerator[dict[str, Any], None]:
        """Subscribe over a WebSocket of its own; yield the data of each event until the server says that it is over."""
        address = self._address.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=[SUBPROTOCOL]) as socket:  # type: ignore[list-item]  # a NewType of str
            await socket.send(json.dumps({"type": "connection_init", "payload": self._headers}))
            await socket.recv()
            payload = {"query": document, "variables": variables}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            async for message in socket:
                event = json.loads(message)
                if event["type"] == "next":
                    yield _data(document, event["payload"])
                elif event["type"] == "error":
                    raise Refused(event["payload"])
                elif event["type"] == "complete":
                    return


def _data(document: str, answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("errors"):
        raise Refused(answer["errors"])
    data: dict[str, Any] = answer["data"]
    if not document.lstrip().startswith("mutation"):
        return data
    (payload,) = data.values()
    if payload["userErrors"]:
        raise Refused(payload["userErrors"])
    found: dict[str, Any] = payload
    return found
