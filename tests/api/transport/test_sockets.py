"""The WebSocket: graphql-transport-ws, spoken by hand."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from api.demo.client import Refused
from api.development import DevelopmentKey
from api.identity import Terms, Tokens
from api.keys import token_key
from api.pace import Pace
from api.transport.documents import Documents
from api.transport.frames import STRANGERS_CHARACTERS
from api.transport.reading import MOST_VALUES
from api.transport.sockets import MOST_OPERATIONS, Sockets
from api.wiring import now
from schema.build import build_schema
from tests.api.conftest import Running
from tests.api.journey import Api, Site, onboard

STATUS = (
    "subscription($s: [ServiceBy!]!, $after: String) { serviceStatusChanged(services: $s, after: $after) { status } }"
)


@asynccontextmanager
async def socket(
    api: Api, protocol: str = "graphql-transport-ws", origin: str | None = None
) -> AsyncIterator[ClientConnection]:
    """Open a socket; nobody has introduced themselves yet."""
    address = api.address.replace("http", "ws", 1) + "/graphql"
    async with (
        asyncio.timeout(10),
        connect(address, subprotocols=[protocol], origin=origin) as opened,  # type: ignore[list-item, arg-type]
    ):
        yield opened


@asynccontextmanager
async def introduced(api: Api) -> AsyncIterator[ClientConnection]:
    """Open a socket and introduce the caller."""
    async with socket(api) as opened:
        await send(opened, "connection_init", payload={"Authorization": f"Bearer {api.token}"})
        assert await receive(opened) == {"type": "connection_ack"}
        yield opened


async def send(opened: ClientConnection, kind: str, **more: Any) -> None:
    """Send one message."""
    await opened.send(json.dumps({"type": kind, **more}))


async def receive(opened: ClientConnection) -> dict[str, Any]:
    """Receive one message."""
    message: dict[str, Any] = json.loads(await opened.recv())
    return message


async def closing_code(opened: ClientConnection) -> int:
    """Return the code with which the server closes the socket."""
    await opened.wait_closed()
    assert opened.close_code is not None
    return opened.close_code


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"Authorization": ""},
        {"Authorization": None},
        {"Authorization": 5},
        {"Authorization": "Bearer garbage"},
        {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"token": "somewhere else"},
    ],
)
async def test_without_a_good_token_the_socket_is_closed(api: Api, payload: object) -> None:
    """With 4403, as clients of graphql-ws expect it."""
    async with socket(api) as opened:
        await send(opened, "connection_init", **({} if payload is None else {"payload": payload}))
        assert await closing_code(opened) == 4403


async def test_the_name_of_the_token_is_read_in_any_case(api: Api) -> None:
    """Headers are, and clients copy theirs."""
    async with socket(api) as opened:
        await send(opened, "connection_init", payload={"authorization": f"bearer {api.token}"})
        assert await receive(opened) == {"type": "connection_ack"}


async def test_who_has_not_introduced_themselves_may_not_subscribe(api: Api, site: Site) -> None:
    """4401 by the protocol."""
    async with socket(api) as opened:
        await send(opened, "subscribe", id="1", payload={"query": STATUS, "variables": {"s": [{"id": site.service}]}})
        assert await closing_code(opened) == 4401


@pytest.mark.parametrize("protocol", ["graphql-ws", "something-else"])
async def test_the_legacy_protocol_is_refused(api: Api, protocol: str) -> None:
    """It had an authentication bypass; graphql-transport-ws is the only one."""
    async with socket(api, protocol) as opened:
        assert await closing_code(opened) == 4406


async def test_a_page_of_another_origin_is_refused(api: Api) -> None:
    """A browser sends the origin; programs do not. Development servers are listed in the settings."""
    with pytest.raises(InvalidStatus, match="403"):
        async with socket(api, origin="https://evil.example"):
            pass


async def test_several_operations_share_a_socket(api: Api, site: Site) -> None:
    """Two subscriptions and a query, each answered under its own id."""
    following = {"query": STATUS, "variables": {"s": [{"id": site.service}]}}
    async with introduced(api) as opened:
        await send(opened, "subscribe", id="a", payload=following)
        await send(opened, "subscribe", id="b", payload=following)
        await send(opened, "subscribe", id="c", payload={"query": "{ viewer { subject } }"})
        messages = [await receive(opened) for _ in range(4)]

    assert sorted((message["id"], message["type"]) for message in messages) == [
        ("a", "next"),
        ("b", "next"),
        ("c", "complete"),
        ("c", "next"),
    ]


async def test_a_completed_subscription_is_silent(api: Api, integrated: Site) -> None:
    """Its sibling goes on."""
    service = await onboard(api, integrated.estate)
    following = {"query": STATUS, "variables": {"s": [{"id": service}]}}
    async with introduced(api) as opened:
        await send(opened, "subscribe", id="a", payload=following)
        await receive(opened)
        await send(opened, "complete", id="a")
        await send(opened, "subscribe", id="a", payload=following)
        again = await receive(opened)

    assert (again["id"], again["type"]) == ("a", "next")


async def test_ping_is_answered(api: Api) -> None:
    """Clients find out by it whether the connection lives."""
    async with introduced(api) as opened:
        await send(opened, "ping")
        assert (await receive(opened))["type"] == "pong"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { serviceStatusChanged { status } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("fragment F on Query { __typename }", "OPERATION_UNKNOWN"),
        ("", "BAD_REQUEST"),
    ],
)
async def test_a_document_that_cannot_run_ends_with_an_error_and_leaves_its_siblings_alone(
    api: Api, document: str, code: str
) -> None:
    """Only that operation is over."""
    async with introduced(api) as opened:
        await send(opened, "subscribe", id="bad", payload={"query": document})
        error = await receive(opened)
        await send(opened, "subscribe", id="good", payload={"query": "{ viewer { subject } }"})
        after = await receive(opened)

    assert (error["id"], error["type"]) == ("bad", "error")
    assert error["payload"][0]["extensions"]["code"] == code
    assert (after["id"], after["type"]) == ("good", "next")


async def test_a_syntax_error_leaves_its_siblings_alone(api: Api, site: Site) -> None:
    """One misspelt query is no reason to end every subscription of a page."""
    following = {"query": STATUS, "variables": {"s": [{"id": site.service}]}}
    async with introduced(api) as opened:
        await send(opened, "subscribe", id="bad", payload={"query": "subscription {"})
        bad = await receive(opened)
        await send(opened, "subscribe", id="good", payload=following)
        good = await receive(opened)

    assert bad["id"] == "bad"
    assert (good["id"], good["type"]) == ("good", "next")


async def test_an_id_in_use_closes_the_socket(api: Api, site: Site) -> None:
    """4409 by the protocol: its answers could not be told apart. Also where the second one is wrong."""
    following = {"query": STATUS, "variables": {"s": [{"id": site.service}]}}
    async with introduced(api) as opened:
        await send(opened, "subscribe", id="a" * 200, payload=following)
        await receive(opened)
        await send(opened, "subscribe", id="a" * 200, payload={"query": ""})
        assert await closing_code(opened) == 4409


async def test_a_second_introduction_closes_the_socket(api: Api) -> None:
    """4429 by the protocol."""
    async with introduced(api) as opened:
        await send(opened, "connection_init", payload=api.headers)
        assert await closing_code(opened) == 4429


async def test_one_socket_has_so_many_operations_at_once(api: Api, site: Site) -> None:
    """One more is refused by itself, and taken once another one has ended."""
    following = {"query": STATUS, "variables": {"s": [{"id": site.service}]}}
    async with introduced(api) as opened:
        for number in range(MOST_OPERATIONS):
            await send(opened, "subscribe", id=str(number), payload=following)
            await receive(opened)
        await send(opened, "subscribe", id="more", payload=following)
        refused = await receive(opened)
        await send(opened, "complete", id="0")
        await send(opened, "subscribe", id="more", payload=following)
        taken = await receive(opened)

    assert (refused["id"], refused["type"]) == ("more", "error")
    assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
    assert (taken["id"], taken["type"]) == ("more", "next")


async def test_who_never_introduces_themselves_is_closed() -> None:
    """With 4408: an open socket costs us something. Here the time for it is over at once."""
    pace = Pace(100, 100, monotonic)
    sockets = Sockets(None, None, None, pace, None, [], init_timeout=timedelta(0))  # type: ignore[arg-type]  # not reached
    silence, sent = asyncio.Event(), list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        if not sent:
            return {"type": "websocket.connect"}
        await silence.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "websocket.close":
            silence.set()

    scope = {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": ["graphql-transport-ws"]}
    async with asyncio.timeout(5):
        await sockets(scope, receive, send)

    assert (sent[-1]["type"], sent[-1]["code"]) == ("websocket.close", 4408)


@pytest.mark.parametrize(
    ("services", "after", "code"),
    [
        ([{"id": "garbage"}], None, "NOT_FOUND"),
        ([{"reference": "nowhere"}], None, "NOT_FOUND"),
        ([], None, "SERVICES_OUT_OF_RANGE"),
    ],
)
async def test_what_cannot_be_followed_is_told_so(
    api: Api, services: list[dict[str, str]], after: str | None, code: str
) -> None:
    """Waiting for ever for nothing would look as if nothing happened."""
    with pytest.raises(Refused, match=code):
        async with asyncio.timeout(2):
            await anext(api.follow(STATUS, s=services, after=after))


@pytest.mark.parametrize("after", ["garbage", "", "ZXZlbnQ6LTE"])
async def test_a_bad_event_cursor_is_told_so(api: Api, site: Site, after: str) -> None:
    """Never a leak of what is behind it."""
    with pytest.raises(Refused, match="CURSOR_INVALID"):
        async with asyncio.timeout(5):
            await anext(api.follow(STATUS, s=[{"id": site.service}], after=after))


async def test_a_subscription_without_permission_is_told_so(api: Api, running: Running) -> None:
    """The gate stands before subscriptions as well, over a real socket."""
    async with socket(api.as_(None)) as opened:
        await send(opened, "connection_init", payload={"Authorization": "Bearer " + running.token()[:-4]})
        assert await closing_code(opened) == 4403


async def test_a_client_that_goes_away_while_it_is_told_something_is_no_trouble(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Phones lose their network every day; the log is for what somebody has to look at."""
    pace = Pace(100, 100, monotonic)
    tokens = Tokens(DevelopmentKey(token_key(running.data_dir), now), Terms(), now)
    sockets = Sockets(build_schema(), None, tokens, pace, Documents({}, only=False), [])  # type: ignore[arg-type]  # not reached
    said = iter(
        [
            {"type": "connection_init", "payload": {"Authorization": f"Bearer {running.token()}"}},
            {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}},
        ]
    )
    tried, opened = asyncio.Event(), False

    async def receive() -> dict[str, Any]:
        nonlocal opened
        if not opened:
            opened = True
            return {"type": "websocket.connect"}
        message = next(said, None)
        if message is not None:
            return {"type": "websocket.receive", "text": json.dumps(message)}
        await tried.wait()
        return {"type": "websocket.disconnect", "code": 1006}

    async def send(message: Any) -> None:
        if '"next"' in message.get("text", ""):
            tried.set()
            raise OSError

    scope = {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": ["graphql-transport-ws"]}
    await sockets(scope, receive, send)

    assert tried.is_set()
    assert caplog.records == []


@pytest.mark.parametrize(
    "message",
    [
        [1],
        5,
        {"type": "subscribe", "id": "1", "payload": {"query": 5}},
        {"type": "subscribe", "id": "1", "payload": []},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "operationName": 5}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "extensions": "x"}},
        {"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}},
        {"type": "subscribe", "payload": {"query": "{ __typename }"}},
        {"type": "complete", "id": []},
        {"type": "nonsense"},
        {"type": "nonsense" * 50},
        {"type": []},
        {},
    ],
)
async def test_what_is_not_a_message_closes_the_socket(api: Api, message: Any) -> None:
    """With the code of the protocol for it, not in silence."""
    async with introduced(api) as opened:
        await opened.send(json.dumps(message))
        assert await closing_code(opened) == 4400


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, '{"type": "ping", "payload": "\\ud800"}', b"binary"])
async def test_what_is_not_json_closes_the_socket(api: Api, text: str | bytes) -> None:
    """Likewise."""
    async with introduced(api) as opened:
        await opened.send(text)
        assert await closing_code(opened) == 4400


async def test_who_has_not_introduced_themselves_says_little(api: Api) -> None:
    """Before connection_ack a long message closes the socket unread; afterwards it may be a pasted file."""
    long = {"type": "ping", "payload": {"padding": "x" * STRANGERS_CHARACTERS}}
    async with socket(api) as opened:
        await opened.send(json.dumps(long))
        assert await closing_code(opened) == 1009
    async with introduced(api) as opened:
        await opened.send(json.dumps(long))
        assert (await receive(opened))["type"] == "pong"


async def test_a_message_with_too_many_values_closes_the_socket(api: Api) -> None:
    """It is not read, for reading it would hold up everybody."""
    async with introduced(api) as opened:
        await opened.send('{"type": "ping", "payload": [' + "[]," * MOST_VALUES + "0]}")
        assert await closing_code(opened) == 4400
        assert "100000 values" in (opened.close_reason or "")
