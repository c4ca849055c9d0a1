"""A caller who does not give up: what got no answer is asked for again."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.api.journey import Api, mutation

_AGAIN_S = 0.1
"""How long the caller waits before it asks again."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The API as a careful client uses it. `surprises` collects answers that tell a client nothing it can act on."""

    api: Api
    surprises: list[str] = field(default_factory=list)

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Return the data of a query, asked until it is answered."""
        return await self._insist(lambda: self.api.post(document, **variables))

    async def do(self, name: str, given: dict[str, Any], done: Collection[str] = ()) -> None:
        """Run a mutation until it is answered.

        `done` are the codes by which a second request tells that the first was done although nobody said so.
        """
        document = mutation(name)
        _refuse_refusal(name, await self._insist(lambda: self.api.post(document, input=given)), done)

    async def send(self, upload: str, content: bytes, key: str) -> None:
        """Import a file under an idempotency key."""
        given = {"upload": {"id": upload}, "source": {"file": None}, "idempotencyKey": key}
        sent = await self._insist(lambda: self.api.multipart(mutation("uploadImport"), given, content))
        _refuse_refusal("uploadImport", sent, ())

    async def _insist(self, post: Callable[[], Awaitable[httpx.Response]]) -> dict[str, Any]:
        while True:
            try:
                answer = await post()
                body = answer.json()
            except (httpx.TransportError, ValueError):
                await asyncio.sleep(_AGAIN_S)
                continue
            if answer.status_code == 200 and "errors" not in body:
                data: dict[str, Any] = body["data"]
                return data
            self._note(answer.status_code, body)
            await asyncio.sleep(_AGAIN_S)

    def _note(self, status: int, body: dict[str, Any]) -> None:
        codes = {error.get("extensions", {}).get("code") for error in body.get("errors", [{}])}
        if codes != {"UNAVAILABLE"}:
            self.surprises.append(f"HTTP {status}: {str(body)[:300]}")


def _refuse_refusal(name: str, data: dict[str, Any], done: Collection[str]) -> None:
    """Let a round fail that asks for what it must not."""
    errors = data[name]["userErrors"]
    assert all(error["code"] in done for error in errors), (name, errors)
