"""How long a body may be."""

import asyncio
import json

import httpx
import pytest

from tests.api.journey import Api, mutation
from tests.api.transport.conftest import BODY_BYTES, FILE_BYTES

JSON_HEAD = "content-type: application/json"
PARTS_HEAD = "content-type: multipart/form-data; boundary=x\r\ngraphql-require-preflight: 1"
PART = '--x\r\ncontent-disposition: form-data; name="0"; filename="a"\r\n\r\n'


def body(length: int) -> bytes:
    """Return a request that asks for its own type, with as many bytes."""
    asked = json.dumps({"query": "{ __typename }"}).encode()
    return asked + b" " * (length - len(asked))


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_body_that_is_too_long_is_refused(narrow: Api, accept: str) -> None:
    """By a byte; the longest one is taken."""
    headers = narrow.headers | {"content-type": "application/json", "accept": accept}

    taken = await narrow.http.post(f"{narrow.address}/graphql", content=body(BODY_BYTES), headers=headers)
    refused = await narrow.http.post(f"{narrow.address}/graphql", content=body(BODY_BYTES + 1), headers=headers)

    assert taken.json()["data"] == {"__typename": "Query"}
    assert (refused.status_code, refused.headers["content-type"]) == (413, accept)
    assert refused.json()["errors"][0]["extensions"]["code"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize(
    ("head", "begun"),
    [
        (f"content-length: {10**12}\r\n{JSON_HEAD}", ""),
        (f"transfer-encoding: chunked\r\n{JSON_HEAD}", "5dc\r\n" + " " * 0x5DC + "\r\n"),
        (f"transfer-encoding: chunked\r\n{PARTS_HEAD}", f"{len(PART) + 4_000:x}\r\n{PART}{'1' * 4_000}\r\n"),
    ],
    ids=["announced", "in chunks", "in parts"],
)
async def test_a_body_is_refused_before_its_end(narrow: Api, head: str, begun: str) -> None:
    """As soon as it is known to be too long: it need not have one."""
    address, token = httpx.URL(narrow.address), narrow.headers["authorization"]
    reader, writer = await asyncio.open_connection(address.host, address.port)

    head = f"POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: {token}\r\n{head}"
    writer.write(f"{head}\r\n\r\n{begun}".encode())
    status = await asyncio.wait_for(reader.readline(), 10)
    writer.close()

    assert status.startswith(b"HTTP/1.1 413 ")


async def test_a_file_may_be_longer_than_a_json_body(narrow: Api) -> None:
    """It has a limit of its own, and what goes beyond that says so itself."""
    given = {"upload": {"reference": "none"}, "source": {"file": None}}

    for length in (BODY_BYTES + 1, FILE_BYTES + 1):
        answer = await narrow.multipart(mutation("uploadImport"), given, b"1" * length)
        assert answer.json()["data"]["uploadImport"]["userErrors"][0]["code"] == "NOT_FOUND"
