"""The server with an issuer: every way in, what ends with a token, and where the development key counts."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from api.processes import server
from tests.api.conftest import Running, environment
from tests.api.events import events
from tests.api.issuer import AUDIENCE, Issuer, issuer
from tests.api.journey import Api, Site
from tests.api.programs import run
from tests.api.transport.test_sockets import STATUS, closing_code, receive, send
from tests.api.transport.test_sockets import socket as websocket


async def test_who_has_no_token_is_not_even_told_the_schema(known: Api) -> None:
    """Telling it takes long; who has a token may ask, as GraphiQL does."""
    document = "{ __schema { queryType { name } } }"

    assert (await known.as_(None).post(document)).status_code == 401
    assert await known.query(document)


async def test_every_way_in_takes_the_issuers_tokens_and_no_other(known: Api, api: Api, site: Site) -> None:
    """HTTP, server-sent events, WebSocket and files; the development key counts nowhere."""
    for caller, statuses in ((known, (200, 200, 200)), (known.as_(api.token), (401, 401, 401))):
        headers = caller.headers
        stream = headers | {"accept": "text/event-stream"}
        answers = [
            await caller.post("{ viewer { subject } }"),
            await caller.http.post(f"{known.address}/graphql", json={"query": "{ __typename }"}, headers=stream),
            await caller.http.get(f"{known.address}/services/{site.service}/hand-over.csv", headers=headers),
        ]
        assert tuple(answer.status_code if answer.status_code != 409 else 200 for answer in answers) == statuses

    async with websocket(known) as opened:
        await send(opened, "connection_init", payload=known.headers)
        assert await receive(opened) == {"type": "connection_ack"}
    async with websocket(known) as opened:
        await send(opened, "connection_init", payload=api.headers)
        assert await closing_code(opened) == 4403


async def test_the_viewer_is_told_when_the_token_ends(known: Api, served: tuple[str, Issuer]) -> None:
    """To get a new one in time."""
    exp = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5)

    found = await known.as_(served[1].token(exp=exp)).query("{ viewer { subject level role expiresAt } }")

    assert found == {"viewer": {"subject": "ann", "level": "SYSTEM", "role": "ADMIN", "expiresAt": exp.isoformat()}}


def ending(served: tuple[str, Issuer]) -> str:
    """Return a token that ends within the next two seconds."""
    return served[1].token(exp=int(datetime.now(UTC).timestamp()) + 2)


async def test_a_socket_is_closed_when_its_token_ends(known: Api, served: tuple[str, Issuer], site: Site) -> None:
    """With all its operations, by a code after which clients come back with another token."""
    caller = known.as_(ending(served))
    async with websocket(caller) as opened:
        await send(opened, "connection_init", payload=caller.headers)
        await receive(opened)
        for name in "abc":
            following = {"query": STATUS, "variables": {"s": [{"id": site.service}]}}
            await send(opened, "subscribe", id=name, payload=following)
            assert (await receive(opened))["type"] == "next"
        assert await closing_code(opened) == 4403
        assert opened.close_reason == "The token has ended"


async def test_a_stream_ends_with_its_token(known: Api, served: tuple[str, Issuer], site: Site) -> None:
    """The last event says why, as any error of a subscription."""
    async with events(known.as_(ending(served)), STATUS, s=[{"id": site.service}]) as stream:
        seen = [event async for event in stream]

    assert [event.name for event in seen] == ["next", "next", "complete"]
    assert seen[1].data["errors"][0]["extensions"]["code"] == "TOKEN_ENDED"


async def test_while_the_issuer_is_down_requests_say_when_to_come_again(
    running: Running, http: httpx.AsyncClient
) -> None:
    """By every way in, until its keys are known."""
    with issuer() as found:
        found.fails = True
        ours = {"NUMBERLINE_ISSUER": found.address, "NUMBERLINE_AUDIENCE": AUDIENCE, "NUMBERLINE_WORKER": "false"}
        with server(environment(running.data_dir, running.control_hub, **ours)) as address:
            caller = Api(http, address, found.token())
            answer = await caller.post("{ viewer { subject } }")
            file = await http.get(f"{address}/numbers.csv", headers=caller.headers)
            letters = await http.get(f"{address}/outbox", headers=caller.headers)
            async with websocket(caller) as opened:
                await send(opened, "connection_init", payload=caller.headers)
                assert await closing_code(opened) == 1013
            healthy = await http.get(f"{address}/healthz")

    assert (answer.status_code, file.status_code, healthy.status_code) == (503, 503, 200)
    assert (letters.status_code, letters.json()) == (503, file.json())
    assert answer.json()["errors"][0]["extensions"] == {
        "code": "ISSUER_UNAVAILABLE",
        "retryable": True,
        "retryAfter": 5,
    }
    assert answer.headers["retry-after"] == "5"


async def test_the_development_key_is_for_this_machine_alone(running: Running) -> None:
    """Nobody else may be let in by it, so that the server does not even start."""
    own = environment(running.data_dir, running.control_hub, NUMBERLINE_HOST="0.0.0.0")  # noqa: S104  # refused

    code, out, error = await run("serve", environment=own)

    assert (code, out) == (1, "")
    assert "\nSet NUMBERLINE_ISSUER" in error
    assert "Traceback" not in error


async def test_with_an_issuer_the_server_listens_where_it_is_told_to(
    running: Running, served: tuple[str, Issuer]
) -> None:
    """To all of the network, here."""
    ours = {"NUMBERLINE_ISSUER": served[1].address, "NUMBERLINE_WORKER": "false"}
    own = environment(running.data_dir, running.control_hub, NUMBERLINE_HOST="0.0.0.0", **ours)  # noqa: S104  # of a test
    with server(own) as address:
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)):
            pass


async def test_no_token_is_printed_that_would_not_be_taken(tmp_path: Path) -> None:
    """Where an issuer is set, it issues the tokens."""
    own = environment(tmp_path, "http://127.0.0.1:1/v1", NUMBERLINE_ISSUER="https://issuer.example")

    code, out, error = await run("token", environment=own)

    assert (code, out) == (2, "")
    assert "issuer.example" in error
