"""Uploading a file."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from gql import FileVar, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError

UPLOAD_FILE = """
mutation UploadFile($input: NumbersUploadInput!) {
  numbersUpload(input: $input) { upload { id } userErrors { code message path } }
}
"""

Answer = TypeVar("Answer")


class Refused(Exception):
    """A mutation was refused, and nothing was done: compare the `code` of each error, show its `message`."""

    def __init__(self, user_errors: list[dict[str, Any]]) -> None:
        super().__init__("\n".join(error["message"] for error in user_errors))
        self.user_errors = user_errors


def done(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of a mutation that was done."""
    if payload["userErrors"]:
        raise Refused(payload["userErrors"])
    return payload


def is_passing(error: Exception) -> bool:
    """Say whether the very same request may go well in a moment."""
    if isinstance(error, TransportQueryError):
        return any(problem["extensions"].get("retryable") for problem in error.errors or ())
    return isinstance(error, TransportConnectionFailed)


async def patiently(attempt: Callable[[], Awaitable[Answer]], pause_s: float = 1, attempts: int = 6) -> Answer:
    """Try until there is an answer, for what may be sent twice: queries, and mutations with an idempotency key."""
    for tried in range(1, attempts):
        try:
            return await attempt()
        except Exception as error:
            if not is_passing(error):
                raise
        await asyncio.sleep(pause_s * 2 ** (tried - 1))
    return await attempt()


async def upload_file(session: AsyncClientSession, header: dict[str, Any], file: Path, key: str) -> str:
    """Upload the numbers of a file and submit them; return the id of the upload."""

    async def send() -> dict[str, Any]:
        source = {"file": FileVar(str(file))}  # it is opened anew for each attempt
        request = GraphQLRequest(
            UPLOAD_FILE, variable_values={"input": {**header, "idempotencyKey": key, "source": source}}
        )
        return await session.execute(request, upload_files=True)

    answer = await patiently(send)
    return done(answer["numbersUpload"])["upload"]["id"]
