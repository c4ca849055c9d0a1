"""Bodies that are no GraphQL request are the client's mistake, whatever their shape."""

import json

import httpx
import pytest

from api.transport.parameters import LONGEST_NAME
from tests.api.conftest import Running
from tests.api.journey import Api

BODIES = [b"", b"5", b"[", b"{", b"[]", b"{}", b'"text"', b"null", b'{"query":"\xff"}', b"[" * 200_000, b'{"query":5}']
BODIES.append(json.dumps({"query": "{ __typename }", "operationName": "A" * (LONGEST_NAME + 1)}).encode())

PARTS = [
    {"map": "5"},
    {"operations": "5"},
    {"operations": "[]", "map": "{}"},
    {"operations": '{"query": "{ a }", "variables": {"f": null}}', "map": '{"0": ["variables.g.h.3.x"]}'},
    {"operations": '{"query": "{ a }", "variables": {"f": null}}', "map": '{"0": 5}'},
    {"operations": "{", "map": "{"},
]


def is_coded_refusal(answer: httpx.Response) -> bool:
    """Return whether this is a 400 with a code, as JSON."""
    errors = json.loads(answer.content)["errors"]
    return answer.status_code == 400 and errors[0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_a_json_body_that_is_no_request_is_refused(api: Api, body: bytes) -> None:
    """Never by an internal error."""
    headers = api.headers | {"content-type": "application/json"}

    answer = await api.http.post(f"{api.address}/graphql", content=body, headers=headers)

    assert is_coded_refusal(answer)


@pytest.mark.parametrize("parts", PARTS, ids=range(len(PARTS)))
async def test_a_multipart_body_that_is_no_request_is_refused(api: Api, parts: dict[str, str]) -> None:
    """Likewise."""
    headers = api.headers | {"GraphQL-Require-Preflight": "1"}
    files = {"0": ("numbers.csv", b"x", "text/csv")}

    answer = await api.http.post(f"{api.address}/graphql", data=parts, files=files, headers=headers)

    assert is_coded_refusal(answer)


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
async def test_parts_that_are_none_are_refused(api: Api, kind: str) -> None:
    """Without a boundary, or with another one."""
    headers = api.headers | {"GraphQL-Require-Preflight": "1", "content-type": kind}

    answer = await api.http.post(f"{api.address}/graphql", content=b"nothing", headers=headers)

    assert is_coded_refusal(answer)


async def test_the_server_is_well_after_all_of_that(running: Running, api: Api) -> None:
    """It answers the next request."""
    assert (await api.http.get(f"{running.address}/healthz")).status_code == 200
