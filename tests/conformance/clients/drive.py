"""Drive the snippets of docs/guide/clients/python-gql as drive.ts does those for Node.js."""

import asyncio
import json
import sys
from contextlib import aclosing
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3] / "docs" / "guide" / "clients" / "python-gql"))

from connect import asking
from follow import follow_upload
from gql import GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError
from graphql import GraphQLError
from listing import numbers_of
from upload import Refused, done, upload_file

PAUSE_S, PATIENCE_S = 0.02, 0.9


async def browse(address: str, token: str, given: dict[str, Any]) -> None:
    """Print each page; go on when a line comes in."""
    async with asking(address, token) as session:
        async for page in numbers_of(session, given["service"], given["first"]):
            tell([row["number"] for row in page])
            await heard()


async def follow(address: str, token: str, given: dict[str, Any]) -> None:
    """Print each event until the subscription, or the input, ends."""
    following = asyncio.create_task(_follow(address, token, given["upload"]))
    await asyncio.wait((following, asyncio.create_task(heard())), return_when=asyncio.FIRST_COMPLETED)
    if following.done():
        following.result()


async def _follow(address: str, token: str, name: str) -> None:
    async with aclosing(follow_upload(address, token, name, PAUSE_S, PATIENCE_S)) as events:
        async for event in events:
            tell(event)


async def upload(address: str, token: str, given: dict[str, Any]) -> None:
    """Upload a file; print the id."""
    header = dict(given["header"])
    key = header.pop("idempotencyKey")
    async with asking(address, token) as session:
        tell(await upload_file(session, header, Path(given["file"]), key))


def schema_in(file: str | None) -> str | None:
    """Read a schema; it is too long for a command line."""
    return Path(file).read_text() if file else None


async def ask(address: str, token: str, given: dict[str, Any]) -> None:
    """Ask; print the payloads."""
    async with asking(address, token, schema_in(given.get("schema"))) as session:
        data = await session.execute(GraphQLRequest(given["document"], variable_values=given["variables"]))
        tell([done(payload) if "userErrors" in payload else payload for payload in data.values()])


def tell(found: object) -> None:
    """Print a line of JSON."""
    print(json.dumps(found), flush=True)  # noqa: T201  # a test reads it


async def heard() -> bytes:
    """Wait for a line of input."""
    return await (await _input()).readline()


@cache
def _input() -> asyncio.Task[asyncio.StreamReader]:
    return asyncio.create_task(_opened())


async def _opened() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def main(task: str, address: str, token: str, given: str) -> None:
    """Do a task; print what went wrong."""
    try:
        await globals()[task](address, token, json.loads(given))
    except TransportQueryError as error:
        tell({"failed": [problem["extensions"]["code"] for problem in error.errors or ()]})
    except Refused as error:
        tell({"refused": [one["code"] for one in error.user_errors]})
    except TransportConnectionFailed as error:
        tell({"other": str(error), "code": getattr(getattr(error.__cause__, "rcvd", None), "code", None)})
    except GraphQLError as error:
        tell({"invalid": error.message})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[2:]))
