"""Server-sent events: their frames, their ids, and their end."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from strawberry.types import ExecutionResult

from api.transport.streams import EventStream, frames
from schema.context import Bookmark
from tests.api.conftest import environment
from tests.api.events import Event, events
from tests.api.journey import Api, Site, estate, mutation, onboard, started, submitted
from tests.api.programs import serving, token

STATUS = (
    "subscription($s: [ServiceBy!]!, $after: String) { serviceStatusChanged(services: $s, after: $after) { status } }"
)
SERVICE = "subscription($s: [ServiceBy!]!) { serviceStatusChanged(services: $s) { serviceId } }"
CURSOR = "subscription($s: [ServiceBy!]!) { serviceStatusChanged(services: $s) { status cursor } }"


class Operation:
    """An operation that yields one result and then nothing for ever; it knows whether it has ended."""

    def __init__(self) -> None:
        """Begin."""
        self.ended = asyncio.Event()

    async def results(self) -> AsyncGenerator[ExecutionResult]:
        """Yield the result, and wait."""
        try:
            yield ExecutionResult({"n": 1}, None)
            await asyncio.Event().wait()
        finally:
            self.ended.set()


def status_of(event: Event) -> str | None:
    """Return the status that an event tells."""
    found: str | None = event.data["data"]["serviceStatusChanged"]["status"]
    return found


async def test_a_query_is_one_event_and_the_end(api: Api) -> None:
    """Byte by byte: clients split at two line feeds, and a browser drops an event without a data field."""
    headers = api.headers | {"accept": "text/event-stream"}

    answer = await api.http.post(f"{api.address}/graphql", json={"query": "{ __typename }"}, headers=headers)

    assert answer.content == (b':\n\nevent: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata: \n\n')
    assert answer.headers["cache-control"] == "no-cache, no-transform"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ viewer {", "GRAPHQL_PARSE_FAILED"),
        ("{ viewer { age } }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query { __typename }", "OPERATION_UNKNOWN"),
        ("subscription { serviceStatusChanged(services: []) { status } }", "SERVICES_OUT_OF_RANGE"),
    ],
)
async def test_what_is_wrong_with_an_operation_is_an_event(api: Api, document: str, code: str) -> None:
    """By the protocol: a browser would not show the body of a 400."""
    async with events(api, document) as stream:
        seen = [event async for event in stream]

    assert [event.name for event in seen] == ["next", "complete"]
    assert seen[0].data["errors"][0]["extensions"]["code"] == code


async def test_a_bad_token_is_refused_before_the_stream(api: Api) -> None:
    """As over HTTP."""
    headers = api.as_("garbage").headers | {"accept": "text/event-stream"}

    answer = await api.http.post(f"{api.address}/graphql", json={"query": "{ __typename }"}, headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")


async def test_the_id_of_an_event_is_its_cursor(api: Api, site: Site) -> None:
    """So that a browser sends it back by itself."""
    async with events(api, CURSOR, s=[{"id": site.service}]) as stream:
        event = await anext(stream)

    assert event.id == event.data["data"]["serviceStatusChanged"]["cursor"]


async def test_who_comes_back_gets_what_was_missed(api: Api, own: Site) -> None:
    """Once, in order and from the first event after the one that was seen, whatever the document selects."""
    async with events(api, STATUS, s=[{"id": own.service}]) as stream:
        seen = await anext(stream)
    await submitted(api, own, "+12125550100")

    async with events(api, STATUS, {"last-event-id": seen.id or ""}, s=[{"id": own.service}]) as stream:
        missed = await anext(stream)
    async with events(api, STATUS, {"last-event-id": missed.id or ""}, s=[{"id": own.service}]) as stream:
        await api.make("serviceRemove", selection="status", service={"id": own.service})
        rest = [event async for event in stream]

    assert [status_of(event) for event in (seen, missed)] == ["PENDING_PROVISIONING", "READY"]
    assert [status_of(event) for event in rest[:-1]] == ["REMOVING", None]
    assert rest[-1] == Event("complete", None)


async def test_the_id_that_a_browser_sends_goes_before_the_after_of_its_request(api: Api, own: Site) -> None:
    """Coming back, it repeats the request that it began with; the id is what it has seen since."""
    async with events(api, STATUS, s=[{"id": own.service}]) as stream:
        first = await anext(stream)
    await submitted(api, own, "+12125550100")
    async with events(api, STATUS, {"last-event-id": first.id or ""}, s=[{"id": own.service}]) as stream:
        second = await anext(stream)

    later = {"last-event-id": second.id or ""}
    async with events(api, STATUS, later, s=[{"id": own.service}], after=first.id) as stream:
        await api.make("serviceRemove", selection="status", service={"id": own.service})
        rest = [event async for event in stream]

    assert [status_of(event) for event in rest[:-1]] == ["REMOVING", None]


async def test_who_is_cut_off_between_the_present_of_several_services_hears_of_all(api: Api) -> None:
    """The first of them alone is no place to go on from: the others would never be told."""
    owner = await estate(api)
    several = [await onboard(api, owner, name=name) for name in ("one", "two", "three")]
    given = [{"id": service} for service in several]
    async with events(api, SERVICE, s=given) as stream:
        first = await anext(stream)

    async with events(api, SERVICE, {"last-event-id": first.id or ""}, s=given) as stream:
        present = [await anext(stream) for _ in several]

    assert {event.data["data"]["serviceStatusChanged"]["serviceId"] for event in present} == set(several)


async def test_an_id_that_is_none_of_ours_is_told_so(api: Api, site: Site) -> None:
    """Rather than begun anew."""
    async with events(api, STATUS, {"last-event-id": "garbage"}, s=[{"id": site.service}]) as stream:
        seen = [event async for event in stream]

    assert seen[0].data["errors"][0]["extensions"]["code"] == "CURSOR_INVALID"


async def test_a_subscription_is_streamed_to_who_takes_events_at_all(api: Api, site: Site) -> None:
    """Some clients name every media type with every request."""
    headers = {"accept": "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"}

    async with events(api, STATUS, headers, s=[{"id": site.service}]) as stream:
        event = await anext(stream)

    assert (event.name, set(event.data)) == ("next", {"data"})


async def test_a_subscription_may_be_a_link(api: Api, site: Site) -> None:
    """As for the EventSource of a browser."""
    link = {"query": STATUS, "variables": f'{{"s": [{{"id": "{site.service}"}}]}}'}
    headers = api.headers | {"accept": "text/event-stream"}

    async with api.http.stream("GET", f"{api.address}/graphql", params=link, headers=headers) as answer:
        lines = answer.aiter_lines()
        begun = [await anext(lines) for _ in range(3)]

    assert begun == [":", "", "event: next"]


async def test_a_mutation_may_not_be_a_link_here_either(api: Api) -> None:
    """A link must not act."""
    headers = api.headers | {"accept": "text/event-stream"}

    answer = await api.http.get(f"{api.address}/graphql", params={"query": "mutation { __typename }"}, headers=headers)

    assert b'"code":"METHOD_NOT_ALLOWED"' in answer.content


async def test_a_file_may_be_sent_for_a_stream(api: Api, site: Site) -> None:
    """It is read while the stream runs."""
    upload = await started(api, site)
    caller = replace(api, http=httpx.AsyncClient(timeout=30, headers={"accept": "text/event-stream"}))

    async with caller.http:
        answer = await caller.multipart(
            mutation("uploadImport", "counts { total }"),
            {"upload": {"id": upload}, "source": {"file": None}},
            b"+12125550100\n",
        )

    assert b'"upload":{"counts":{"total":1}}' in answer.content


async def test_a_silence_is_broken_by_comments() -> None:
    """Proxies take a silent connection for a dead one."""
    stream = frames(Operation().results(), Bookmark(None), heartbeat_s=0, good_for_s=60)
    async with asyncio.timeout(5):
        seen = [await anext(stream) for _ in range(6)]
    await stream.aclose()

    assert b'event: next\ndata: {"data":{"n":1}}\n\n' in seen
    assert seen[-2:] == [b":\n\n", b":\n\n"]


@pytest.mark.parametrize("end", ["the client goes away", "the server leaves"])
async def test_nothing_goes_on_behind_a_stream_that_is_over(end: str) -> None:
    """The operation has ended when the answer has."""
    operation, leaving, gone = Operation(), asyncio.Event(), asyncio.Event()
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)
        if b"event: next" in bytes(message.get("body", b"")):  # type: ignore[call-overload]
            {"the client goes away": gone, "the server leaves": leaving}[end].set()

    async with asyncio.timeout(5):
        await EventStream(operation.results(), Bookmark(None), leaving, 60, nullcontext())({}, receive, send)  # type: ignore[arg-type]

    assert operation.ended.is_set()
    assert sent[-1] == {"type": "http.response.body", "body": b""}


async def test_a_client_that_is_stuck_does_not_hold_the_operation() -> None:
    """It goes away while the answer waits to be sent."""
    operation, stuck = Operation(), asyncio.Event()

    async def receive() -> dict[str, object]:
        await stuck.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if b"event: next" in bytes(message.get("body", b"")):  # type: ignore[call-overload]
            stuck.set()
            await asyncio.Event().wait()

    async with asyncio.timeout(5):
        await EventStream(operation.results(), Bookmark(None), asyncio.Event(), 60, nullcontext())({}, receive, send)  # type: ignore[arg-type]

    assert operation.ended.is_set()


async def test_a_server_that_leaves_ends_its_streams(short_folder: Path, http: httpx.AsyncClient) -> None:
    """Otherwise it would wait for them for ever; clients come back to another one."""
    own = environment(short_folder / "streams", "http://127.0.0.1:9/v1")
    async with serving(own) as (address, process):
        api = Api(http, address, await token(own))
        service = await onboard(api, await estate(api))
        async with events(api, STATUS, s=[{"id": service}]) as stream:
            seen = [await anext(stream)]
            process.terminate()
            seen += [event async for event in stream]
        async with asyncio.timeout(10):
            await process.wait()

    assert [event.name for event in seen] == ["next"]
