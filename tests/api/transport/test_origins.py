"""Pages of other origins."""

import httpx
import pytest

from tests.api.journey import Api
from tests.api.transport.conftest import BODY_BYTES, ORIGIN
from tests.api.transport.test_sockets import socket

EVIL = "https://evil.example"
HEADERS = "authorization,content-type,graphql-require-preflight,last-event-id"


async def ask_first(api: Api, method: str, path: str, origin: str) -> httpx.Response:
    """Ask as a browser does before it sends a request of a page."""
    asked = {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": HEADERS,
    }
    return await api.http.options(f"{api.address}{path}", headers=asked)


@pytest.mark.parametrize(("method", "path"), [("POST", "/graphql"), ("GET", "/numbers.csv")])
async def test_a_page_of_a_listed_origin_may_ask_with_its_token(narrow: Api, method: str, path: str) -> None:
    """And with whatever else its requests need."""
    answer = await ask_first(narrow, method, path, ORIGIN)

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert method in answer.headers["access-control-allow-methods"]
    assert set(HEADERS.split(",")) <= set(answer.headers["access-control-allow-headers"].lower().split(", "))


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_a_page_of_a_listed_origin_may_read_answers_and_streams(narrow: Api, accept: str) -> None:
    """Those of a refusal, too."""
    headers = {**narrow.headers, "origin": ORIGIN, "accept": accept}

    for token in (narrow.headers["authorization"], "Bearer garbage"):
        answer = await narrow.http.post(
            f"{narrow.address}/graphql", json={"query": "{ __typename }"}, headers={**headers, "authorization": token}
        )
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "origin" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nothing", {}, 404),
        ("DELETE", "/graphql", {}, 405),
        ("DELETE", "/numbers.csv", {}, 405),
        ("POST", "/graphql", {}, 413),
        ("GET", "/healthz", {"host": "evil.example"}, 421),
    ],
)
async def test_a_page_of_a_listed_origin_may_read_why_it_is_refused(
    narrow: Api, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """Whoever refuses it. Pages of other origins may not."""
    body = {"query": "#" * (BODY_BYTES + 1)}
    url = f"{narrow.address}{path}"

    listed = await narrow.http.request(method, url, json=body, headers={**narrow.headers, **headers, "origin": ORIGIN})
    other = await narrow.http.request(method, url, json=body, headers={**narrow.headers, **headers, "origin": EVIL})

    assert (listed.status_code, other.status_code) == (status, status)
    assert listed.headers["access-control-allow-origin"] == ORIGIN
    assert "origin" in listed.headers["vary"].lower()
    assert "access-control-allow-origin" not in other.headers


async def test_a_page_of_a_listed_origin_may_read_the_name_of_a_file_and_when_to_come_again(narrow: Api) -> None:
    """To save it under, and to come then."""
    headers = {**narrow.headers, "origin": ORIGIN}

    answer = await narrow.http.get(f"{narrow.address}/templates/numbers.csv", headers=headers)

    assert answer.headers["access-control-expose-headers"].lower() == "content-disposition, retry-after"


async def test_a_page_of_a_listed_origin_may_open_a_socket(narrow: Api) -> None:
    """By the same setting."""
    async with socket(narrow, origin=ORIGIN) as opened:
        assert opened.subprotocol == "graphql-transport-ws"


async def test_a_page_of_another_origin_may_not(narrow: Api) -> None:
    """Its browser keeps the answer from it."""
    asked = await ask_first(narrow, "POST", "/graphql", EVIL)
    answer = await narrow.http.post(
        f"{narrow.address}/graphql", json={"query": "{ __typename }"}, headers={"origin": EVIL}
    )

    assert asked.status_code == 400
    assert {"access-control-allow-origin"}.isdisjoint({*asked.headers, *answer.headers})


async def test_without_a_list_no_other_origin_may(api: Api) -> None:
    """The default."""
    asked = await ask_first(api, "POST", "/graphql", ORIGIN)
    answer = await api.http.post(f"{api.address}/graphql", json={"query": "{ __typename }"}, headers={"origin": ORIGIN})

    assert asked.status_code == 405
    assert {"access-control-allow-origin"}.isdisjoint({*asked.headers, *answer.headers})
