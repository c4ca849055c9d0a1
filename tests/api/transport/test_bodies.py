"""How long a body may be."""

import asyncio
import json

import httpx
import pytest

from api.transport.errors import TooManyValues
from api.transport.reading import MOST_VALUES, read_json
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
    assert await status(narrow, narrow.headers["authorization"], head, begun) == 413


async def status(api: Api, authorization: str, head: str, begun: str) -> int:
    """Return the status that a request gets of which only the beginning is sent."""
    address = httpx.URL(api.address)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    first = f"POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: {authorization}"
    writer.write(f"{first}\r\n{head}\r\n\r\n{begun}".encode())
    line = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    return int(line.split()[1])


@pytest.mark.parametrize("authorization", ["", "Bearer nonsense"])
@pytest.mark.parametrize(
    ("head", "begun"),
    [
        (f"content-length: 100001\r\n{JSON_HEAD}", ""),
        (f"transfer-encoding: chunked\r\n{JSON_HEAD}", "186a1\r\n" + " " * 0x186A1 + "\r\n"),
        (f"content-length: {len(PART) + 20}\r\n{PARTS_HEAD}", ""),
        (f"transfer-encoding: chunked\r\n{PARTS_HEAD}", f"{len(PART):x}\r\n{PART}\r\n"),
    ],
    ids=["announced", "in chunks", "a file", "a file in chunks"],
)
async def test_of_a_stranger_no_file_is_read_and_no_long_body(
    api: Api, authorization: str, head: str, begun: str
) -> None:
    """Who calls is known from the header: it is 401 before the rest has come."""
    assert await status(api, authorization, head, begun) == 401


MANY = {
    "lists": "[]," * MOST_VALUES,
    "objects": '{"a":1},' * MOST_VALUES,
    "numbers": "1," * MOST_VALUES,
    "strings": '"",' * MOST_VALUES,
    "strings that end in a backslash": r'"\\",' * MOST_VALUES,
    "lists after a string with a quote": r'"\"",' + "[]," * MOST_VALUES,
}


@pytest.mark.parametrize("values", MANY.values(), ids=MANY.keys())
def test_so_many_values_are_not_read(values: str) -> None:
    """Each makes an object, and reading them holds up everybody; it is seen before."""
    for text in (f"[{values}0]", f"[{values}".encode()):
        with pytest.raises(TooManyValues):
            read_json(text)


@pytest.mark.parametrize(
    "text",
    ["[[{,:" * MOST_VALUES, '"a","b"\n' * MOST_VALUES, "\\" * 3 * MOST_VALUES, "é,\u2028" * MOST_VALUES],
    ids=["brackets", "quoted cells", "backslashes", "beyond ASCII"],
)
def test_a_long_text_is_one_value(text: str) -> None:
    """Whatever stands in it: it may be a pasted file."""
    for escaped in (True, False):
        assert read_json(json.dumps({"text": text}, ensure_ascii=escaped)) == {"text": text}


def test_as_many_values_as_that_are_read() -> None:
    """To the one."""
    assert len(read_json("[" + "0, " * (MOST_VALUES - 1) + "0]")) == MOST_VALUES


async def test_a_body_with_too_many_values_is_told_so(api: Api) -> None:
    """With the code that an operation gets for somewhat fewer."""
    content = f'{{"query": "{{ __typename }}", "variables": {{"a": [{"[]," * MOST_VALUES}0]}}}}'
    headers = api.headers | {"content-type": "application/json"}

    answer = await api.http.post(f"{api.address}/graphql", content=content, headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "TOO_MANY_VALUES")


async def test_a_file_may_be_longer_than_a_json_body(narrow: Api) -> None:
    """It has a limit of its own, and what goes beyond that says so itself."""
    given = {"upload": {"reference": "none"}, "source": {"file": None}}

    for length in (BODY_BYTES + 1, FILE_BYTES + 1):
        answer = await narrow.multipart(mutation("uploadImport"), given, b"1" * length)
        assert answer.json()["data"]["uploadImport"]["userErrors"][0]["code"] == "NOT_FOUND"
