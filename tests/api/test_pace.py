"""How often somebody may come, and how much they may follow."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import ValidationError

from api.development import DevelopmentKey
from api.identity import Terms, Tokens
from api.keys import token_key
from api.pace import BURST_S, KNOWN_CALLERS, MESSAGES, Pace, TooManyRequests, TooManySockets, TooManyStreams, who
from api.processes import server
from api.settings import Settings
from api.transport.documents import Documents
from api.transport.frames import STRANGERS_MESSAGES
from api.transport.sockets import Sockets
from api.wiring import now
from provisioning.caller import Caller
from schema.build import build_schema
from store.vocabulary import Level, Role
from tests.api.conftest import Running, environment
from tests.api.events import events
from tests.api.journey import Api, Site
from tests.api.transport.test_sockets import STATUS, introduced, receive, send

SCOPE = {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": ["graphql-transport-ws"]}
RATE = 10
BURST = int(RATE * BURST_S)


@dataclass(slots=True)
class Gate:
    """A pace with a clock of its own."""

    seconds: float = 0
    pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        """Begin."""
        self.pace = Pace(RATE, 2, lambda: self.seconds)

    def let_through(self, name: str, most: int = 10 * BURST) -> int:
        """Come as often as possible; return how often that was."""
        for number in range(most):
            try:
                self.pace.come(name)
            except TooManyRequests:
                return number
        return most


@dataclass(slots=True)
class Line:
    """A socket as the server sees it: says some messages, and stays until it is gone."""

    said: list[str]
    sent: list[Any] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    heard_out: asyncio.Event = field(default_factory=asyncio.Event)
    opened: bool = False

    async def receive(self) -> dict[str, Any]:
        """Return what comes next."""
        if not self.opened:
            self.opened = True
            return {"type": "websocket.connect"}
        if self.said:
            return {"type": "websocket.receive", "text": self.said.pop(0)}
        self.heard_out.set()
        await self.gone.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(self, message: Any) -> None:
        """Keep what is sent."""
        self.sent.append(message)

    async def settled(self) -> None:
        """Wait until all that was said has been dealt with."""
        async with asyncio.timeout(5):
            await self.heard_out.wait()


def test_a_burst_is_taken_and_then_so_many_a_second() -> None:
    """What was spent comes back with time, and no more than that."""
    gate = Gate()

    assert gate.let_through("ann") == BURST
    assert gate.let_through("ann") == 0
    gate.seconds += 1
    assert gate.let_through("ann") == RATE
    gate.seconds += 1_000
    assert gate.let_through("ann") == BURST


def test_one_caller_does_not_slow_another() -> None:
    """Each has a pace of their own."""
    gate = Gate()
    gate.let_through("ann")

    assert gate.let_through("bob") == BURST


def test_messages_of_one_caller_are_read_no_faster_than_that() -> None:
    """A burst at once; then each has to wait for those before it, but nobody for those of others."""
    gate = Gate()
    burst = int(BURST_S * MESSAGES)

    assert [gate.pace.due_s("ann", 1) for _ in range(burst)] == [0] * burst
    assert gate.pace.due_s("ann", MESSAGES) == pytest.approx(1)
    assert gate.pace.due_s("ann", 1) == pytest.approx(1 + 1 / MESSAGES)
    assert gate.pace.due_s("bob", 1) == 0
    gate.seconds += 10
    assert gate.pace.due_s("ann", 1) == 0


def test_who_comes_again_when_told_is_taken() -> None:
    """Retry-After is no guess."""
    gate = Gate()
    gate.let_through("ann")
    with pytest.raises(TooManyRequests) as told:
        gate.pace.come("ann")

    gate.seconds += told.value.retry_after_s
    gate.pace.come("ann")


def test_no_more_callers_are_remembered_than_there_is_room_for() -> None:
    """Somebody with many addresses fills no memory."""
    gate = Gate()
    for number in range(KNOWN_CALLERS + 10):
        gate.pace.come(str(number))

    assert len(gate.pace._requests._spent) == KNOWN_CALLERS  # the memory is what this is about


def test_streams_are_counted_while_they_run() -> None:
    """One more is taken once another has ended."""
    pace = Gate().pace
    with pace.following("ann"):
        with pace.following("ann"):
            with pytest.raises(TooManyStreams), pace.following("ann"):
                pass
            with pace.following("bob"):
                pass
        with pace.following("ann"):
            pass
    assert not pace._following  # the memory is what this is about


def test_sockets_are_counted_while_they_are_open() -> None:
    """Likewise, and apart from streams."""
    pace = Gate().pace
    with pace.connected("ann", 1), pace.following("ann"):
        with pytest.raises(TooManySockets), pace.connected("ann", 1):
            pass
        with pace.connected("bob", 1):
            pass
    with pace.connected("ann", 1):
        pass


def test_callers_are_told_apart_by_what_their_tokens_say() -> None:
    """Ann of one tenant is not Ann of another; without a token the address counts."""
    anns = [Caller("ann", Level.PROVIDER, Role.ADMIN, uuid4()) for _ in range(2)]

    assert len({who(caller, "::1") for caller in (*anns, None)} | {who(None, "::2")}) == 4


@pytest.mark.parametrize("given", [{"requests_per_second": 0}, {"streams_per_caller": 0}, {"operation_cost": 0}])
def test_a_limit_of_nothing_is_no_limit_to_set(given: dict[str, int]) -> None:
    """It would refuse everybody."""
    with pytest.raises(ValidationError):
        Settings(**given)  # type: ignore[arg-type]  # by name


@pytest.fixture(scope="module")
def hurried(running: Running) -> Iterator[str]:
    """A second server on the same data, which takes little of anybody."""
    own = {
        "NUMBERLINE_WORKER": "false",
        "NUMBERLINE_REQUESTS_PER_SECOND": "2",
        "NUMBERLINE_STREAMS_PER_CALLER": "2",
        "NUMBERLINE_GRAPHIQL": "false",
        "NUMBERLINE_INTROSPECTION": "false",
    }
    with server(environment(running.data_dir, running.control_hub, **own)) as address:
        yield address


@pytest.fixture
def caller(hurried: str, running: Running, http: httpx.AsyncClient, own: Site) -> Api:
    """Somebody who has not come there before."""
    return Api(http, hurried, running.token(Level.CUSTOMER, Role.ADMIN, own.estate.customer))


async def test_too_many_requests_are_told_when_to_come_again(caller: Api, own: Site, running: Running) -> None:
    """By every way in; meanwhile others are answered."""
    async with introduced(caller) as opened:
        answers = [await caller.post("{ viewer { role } }") for _ in range(12)]
        refused = next(answer for answer in answers if answer.status_code != 200)
        file = await caller.http.get(f"{caller.address}/numbers.csv", headers=caller.headers)
        await send(opened, "subscribe", id="1", payload={"query": "{ viewer { role } }"})
        told = await receive(opened)
    other = caller.as_(running.token(Level.PROVIDER, Role.MONITOR, own.estate.provider))

    assert {answer.status_code for answer in answers} == {200, 429}
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["errors"][0]["extensions"] == {
        "code": "TOO_MANY_REQUESTS",
        "retryable": True,
        "retryAfter": 1,
    }
    assert (file.status_code, file.headers["retry-after"]) == (429, "1")
    assert told["payload"][0]["extensions"] == {"code": "TOO_MANY_REQUESTS", "retryAfter": 1}
    assert await other.query("{ viewer { role } }") == {"viewer": {"role": "MONITOR"}}


async def test_one_caller_follows_so_much_over_every_transport(caller: Api, own: Site) -> None:
    """Sockets and streams together."""
    given = {"s": [{"id": own.service}]}
    async with introduced(caller) as opened, events(caller, STATUS, **given) as stream:
        await anext(stream)
        await send(opened, "subscribe", id="1", payload={"query": STATUS, "variables": given})
        followed = await receive(opened)
        await send(opened, "subscribe", id="2", payload={"query": STATUS, "variables": given})
        told = await receive(opened)
        headers = caller.headers | {"accept": "text/event-stream"}
        body = {"query": STATUS, "variables": given}
        refused = await caller.http.post(f"{caller.address}/graphql", json=body, headers=headers)

    assert followed["type"] == "next"
    assert told["payload"][0]["extensions"]["code"] == "TOO_MANY_STREAMS"
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (429, "TOO_MANY_STREAMS")


async def test_what_is_asked_for_in_one_burst_is_counted(caller: Api, own: Site) -> None:
    """Before any of it has begun."""
    following = {"query": STATUS, "variables": {"s": [{"id": own.service}]}}
    async with introduced(caller) as opened:
        await asyncio.gather(*(send(opened, "subscribe", id=str(number), payload=following) for number in range(3)))
        told = [await receive(opened) for _ in range(3)]

    assert sorted(message["type"] for message in told) == ["error", "next", "next"]


@pytest.mark.parametrize(("said", "codes"), [(STRANGERS_MESSAGES, []), (STRANGERS_MESSAGES + 1, [1009])])
async def test_a_socket_that_does_not_introduce_itself_is_not_read_for_long(
    running: Running, said: int, codes: list[int]
) -> None:
    """A few pings may come; whoever sends more has come for something else."""
    tokens = Tokens(DevelopmentKey(token_key(running.data_dir), now), Terms(), now)
    sockets = Sockets(build_schema(), None, tokens, Pace(RATE, 2, lambda: 0), Documents({}, only=False), [])  # type: ignore[arg-type]  # not reached
    line = Line(['{"type": "ping"}'] * said)
    line.gone.set()

    await sockets(SCOPE, line.receive, line.send)

    assert [message["code"] for message in line.sent if message["type"] == "websocket.close"] == codes


async def test_who_sends_a_great_many_messages_is_read_between_others(running: Running) -> None:
    """None is left out, and everybody else has a turn between any two of them."""
    tokens = Tokens(DevelopmentKey(token_key(running.data_dir), now), Terms(), now)
    sockets = Sockets(build_schema(), None, tokens, Pace(RATE, 2, lambda: 0), Documents({}, only=False), [])  # type: ignore[arg-type]  # not reached
    hello = json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {running.token()}"}})
    line, turns = Line([hello, *['{"type": "ping"}'] * 500]), 0

    serving = asyncio.create_task(sockets(SCOPE, line.receive, line.send))
    while not line.heard_out.is_set():
        await asyncio.sleep(0)
        turns += 1
    line.gone.set()
    await serving

    assert sum("pong" in message.get("text", "") for message in line.sent) == 500
    assert turns > 500


@pytest.mark.parametrize("name", ["STRANGERS_SOCKETS", "CALLERS_SOCKETS"])
async def test_a_socket_too_many_is_closed(running: Running, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """With a code after which clients come again; those that are open go on, and one that ends makes room."""
    monkeypatch.setattr(f"api.transport.sockets.{name}", 1)
    tokens = Tokens(DevelopmentKey(token_key(running.data_dir), now), Terms(), now)
    sockets = Sockets(build_schema(), None, tokens, Pace(RATE, 2, lambda: 0), Documents({}, only=False), [])  # type: ignore[arg-type]  # not reached
    hello = json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {running.token()}"}})
    first, second, third = (Line([hello] if name == "CALLERS_SOCKETS" else []) for _ in range(3))

    serving = asyncio.create_task(sockets(SCOPE, first.receive, first.send))
    await first.settled()
    await sockets(SCOPE, second.receive, second.send)
    first.gone.set()
    await serving
    again = asyncio.create_task(sockets(SCOPE, third.receive, third.send))
    await third.settled()
    third.gone.set()
    await again

    assert [message.get("code") for message in second.sent if message["type"] == "websocket.close"] == [1013]
    assert all(message["type"] != "websocket.close" for message in first.sent + third.sent)


async def test_graphiql_and_the_schema_can_be_kept_back(caller: Api) -> None:
    """By settings of their own."""
    page = await caller.http.get(f"{caller.address}/graphql", headers={"accept": "text/html"})

    assert "<html" not in page.text
    assert await caller.codes("{ __schema { types { name } } }") == ["INTROSPECTION_REFUSED"]


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ custmers { nodes { id } } }", {}),
        ("{ node(id: 1) { nme } }", {}),
        ("{ numbers(filtr: {}) { totalCount } }", {}),
        ("{ numbers(filter: {statu: 1}) { totalCount } }", {}),
        ("query($f: NumbersFiltr) { numbers(filter: $f) { totalCount } }", {}),
        ("query($f: NumbersFilter) { numbers(filter: $f) { totalCount } }", {"f": {"status": ["PENDIN"]}}),
    ],
    ids=str,
)
async def test_a_schema_that_is_kept_back_is_not_told_by_suggestions(
    caller: Api, document: str, variables: dict[str, object]
) -> None:
    """Each would name what there is."""
    errors = (await caller.post(document, **variables)).json()["errors"]

    assert errors
    assert "Did you mean" not in str(errors)
