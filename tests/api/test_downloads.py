"""The files that leave the house: who may have them, and how they come."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from api.wiring import DATABASE_NAME
from schema.ids import encode
from store.embedded import EmbeddedServer
from store.migrate import ensure_database
from store.vocabulary import Level
from tests.api.conftest import Running, environment
from tests.api.downloading import code, column, get, hand_over_path, lines, put, put_entries, report_path, table
from tests.api.journey import Api, Site, block, estate, eventually, plain_site, started
from tests.api.programs import postmaster, serving, token

SMALL_WINDOW = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)]
"""Lets the reader's side of a connection take no more than it reads."""


async def _paths(api: Api, site: Site) -> list[str]:
    """Return one file of each kind."""
    upload = await started(api, site)
    return [
        await report_path(api, upload),
        f"/numbers.csv?upload={upload}",
        str(await hand_over_path(api, site.service)),
    ]


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic eDp5"}])
async def test_no_file_without_a_token(api: Api, site: Site, header: dict[str, str]) -> None:
    """401, in the shape of GraphQL's own refusal, and how to do better."""
    for path in await _paths(api, site):
        answer = await api.http.get(f"{api.address}{path}", headers=header)
        assert code(answer) == (401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_what_is_somebody_elses_is_not_there(running: Running, api: Api, behind: str, site: Site) -> None:
    """Byte for byte the answer to an id that was made up; and not one of its numbers in any export."""
    upload, number = await started(api, site), f"{block()}001"
    await put(behind, upload, number, number)
    stranger = api.as_(running.token(Level.PROVIDER, bound_to=(await estate(api)).provider))
    made_up = [encode("Upload", uuid4()), encode("Service", uuid4()), "garbage", encode("Tenant", uuid4())]

    for pattern, mine in (("/uploads/{}/errors.csv", upload), ("/services/{}/hand-over.csv", site.service)):
        foreign = await get(stranger, pattern.format(mine))
        assert code(foreign) == (404, "NOT_FOUND")
        assert {(await get(stranger, pattern.format(one))).content for one in made_up} == {foreign.content}
    for query in ({}, {"upload": upload}, {"service": site.service}, {"startsWith": number}):
        assert await table(stranger, "/numbers.csv", **query) == []
    tenants = [site.estate.provider, encode("Tenant", uuid4())]
    answers = [await get(stranger, "/numbers.csv", tenant=tenant) for tenant in tenants]
    assert answers[0].content == answers[1].content
    assert code(answers[0]) == (400, "PARAMETER_INVALID")


@pytest.mark.parametrize("level", [Level.PROVIDER, Level.CHANNEL, Level.CUSTOMER])
async def test_each_level_gets_its_own(running: Running, api: Api, behind: str, own: Site, level: Level) -> None:
    """All three files, down to the customer's own administrator, who has to add the numbers."""
    upload, number = await started(api, own), f"{block()}001"
    await put(behind, upload, number, number)
    await put_entries(behind, upload, {"raw": "x"})
    bound = {"PROVIDER": own.estate.provider, "CHANNEL": own.estate.channel, "CUSTOMER": own.estate.customer}
    caller = api.as_(running.token(level, bound_to=bound[level.value]))

    assert column(await table(caller, "/numbers.csv"), "Number") == [f"'{number}"]
    assert column(await table(caller, f"/services/{own.service}/hand-over.csv"), "Number") == [f"'{number}"]
    assert column(await table(caller, f"/uploads/{upload}/errors.csv"), "Number") == ["x"]


async def test_every_file_is_an_attachment_that_nobody_keeps(api: Api, site: Site) -> None:
    """With an ASCII name; HEAD says the same as GET, without the content."""
    for path in await _paths(api, site):
        sent = await get(api, path)
        head = await api.http.head(f"{api.address}{path}", headers=api.headers)

        assert sent.headers["content-type"] == head.headers["content-type"] == "text/csv; charset=utf-8"
        assert sent.headers["cache-control"] == head.headers["cache-control"] == "no-store"
        assert sent.headers["content-disposition"] == head.headers["content-disposition"]
        assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.csv"', sent.headers["content-disposition"])
        assert sent.content.startswith(b"\xef\xbb\xbf")
        assert head.content == b""


async def test_head_refuses_like_get(api: Api) -> None:
    """What is not there is not there."""
    answer = await api.http.head(f"{api.address}/uploads/{encode('Upload', uuid4())}/errors.csv", headers=api.headers)
    assert answer.status_code == 404


@pytest.mark.parametrize(("kind", "query"), [("uploads", "verdict=VALID"), ("uploads", "x=1"), ("services", "all=yes")])
async def test_the_other_files_look_at_their_parameters_too(api: Api, site: Site, kind: str, query: str) -> None:
    """A misspelt one would give another file than was meant."""
    report, _, hand_over = await _paths(api, site)
    status, refused = code(await get(api, f"{report if kind == 'uploads' else hand_over}?{query}"))
    assert status == 400
    assert refused.startswith("PARAMETER_")


@dataclass(frozen=True, slots=True)
class Crowded:
    """A server of these tests' own: a pool of two connections, and more numbers than any buffer takes."""

    address: str
    token: str
    data_dir: Path


@pytest.fixture(scope="module")
async def crowded(short_folder: Path, shared: Api) -> AsyncIterator[Crowded]:
    """One for two tests, because it takes its time; it outlives its database."""
    data_dir = short_folder / "crowded"
    own = environment(data_dir, "http://127.0.0.1:9/v1", NUMBERLINE_DATABASE_POOL="1")
    async with serving(own) as (address, _):
        api = Api(shared.http, address, await token(own))
        upload = await started(api, await plain_site(api))
        beside = EmbeddedServer(data_dir)
        await put(ensure_database(beside.start(), DATABASE_NAME), upload, "+19170000000", "+19170059999")
        beside.stop()
        yield Crowded(address, str(api.token), data_dir)


async def test_a_slow_reader_holds_no_connection(crowded: Crowded, http: httpx.AsyncClient) -> None:
    """Five who stop reading in the middle: others are answered all the same."""
    api = Api(http, crowded.address, crowded.token)
    async with httpx.AsyncClient(timeout=30, transport=httpx.AsyncHTTPTransport(socket_options=SMALL_WINDOW)) as slow:
        requests = [slow.build_request("GET", f"{api.address}/numbers.csv", headers=api.headers) for _ in range(5)]
        readers = await asyncio.gather(*(slow.send(request, stream=True) for request in requests))

        answered = await api.query("{ services { totalCount } }")
        for reader in readers:
            await reader.aclose()

    assert answered == {"services": {"totalCount": 1}}


async def test_a_file_is_cut_where_the_database_goes_away(crowded: Crowded, http: httpx.AsyncClient) -> None:
    """Half a file must not look like a whole one; and afterwards the whole one is to be had again."""
    api = Api(http, crowded.address, crowded.token)
    with pytest.raises(httpx.RemoteProtocolError):
        await _taken_until_killed(api, postmaster(crowded.data_dir))

    assert await eventually(lambda: _numbers_in_file(api)) == 60_000


async def _taken_until_killed(api: Api, database: int) -> None:
    """Take a file to its end, and end the database as soon as it begins to come."""
    async with api.http.stream("GET", f"{api.address}/numbers.csv", headers=api.headers) as answer:
        assert answer.status_code == 200
        pieces = answer.aiter_raw()
        await anext(pieces)
        os.kill(database, signal.SIGKILL)
        async for _ in pieces:
            pass


async def _numbers_in_file(api: Api) -> int | None:
    """Count the lines of a whole file; None while the database is away, which is told with a code."""
    answer = await get(api, "/numbers.csv")
    if answer.status_code != 200:
        assert code(answer) == (503, "UNAVAILABLE")
        return None
    return len(lines(answer))
