"""What is not GraphQL over HTTP: file routes, a file sent by multipart, and server-sent events."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.journey import SCHEMA, Api, mutation
from tests.api.matrix.asking import Answer, told
from tests.api.matrix.cells import Cell, cells
from tests.api.matrix.conftest import WHOSE, World
from tests.api.matrix.ground import Thing

ROUTES = {"/uploads/{}/errors.csv": ("Upload", "id"), "/services/{}/hand-over.csv": ("Service", "id")}
"""By their paths: the kind that they are of, and how that is named."""

PROGRESS = "subscription($id: ID!) { uploadProgressed(upload: {id: $id}) { status } }"


def _parameter(cell: Cell) -> tuple[str, tuple[str, str]]:
    assert cell.kind
    return f"/numbers.csv?{cell.steps[1].name}={{}}", (cell.kind, cell.attribute)


PARAMETERS = dict(
    _parameter(cell)
    for cell in cells(SCHEMA)
    if (cell.parent, cell.field, cell.steps[0].name) == ("Query", "numbers", "filter")
    and (
        len(cell.steps) == 2 or (len(cell.steps) == 3 and cell.leaf.name == "id")
    )  # of the filter, or of what it names
)
"""The export has the fields of the filter of `numbers`."""


def _answered(found: httpx.Response, name: str) -> Answer:
    return Answer(found.status_code, told(found.headers.items()), found.text).without(name)


async def _file(api: Api, path: str, name: str) -> Answer:
    return _answered(await api.http.get(api.address + path.format(name), headers=api.headers), name)


@pytest.mark.parametrize("path", [*ROUTES, *PARAMETERS])
async def test_a_file_of_somebody_else_is_not_there(world: World, path: str) -> None:
    """Nor one that is narrowed to what is somebody else's; its owner has it."""
    kind, attribute = {**ROUTES, **PARAMETERS}[path]
    theirs = world.standing[WHOSE[0]].of(kind)
    made_up = theirs.made_up()
    names = [getattr(thing, attribute).replace("+", "%2B") for thing in (theirs, made_up)]

    for stranger in [each for those in world.strangers for each in those]:
        foreign, nothing = [await _file(stranger.api, path, name) for name in names]
        assert foreign == nothing, stranger.who
    own, nothing = [await _file(world.owners[WHOSE[0]], path, name) for name in names]
    assert own.status == 200
    assert own != nothing


async def test_a_file_goes_into_no_upload_of_somebody_else(world: World) -> None:
    """By the GraphQL multipart request specification."""
    theirs = world.standing[WHOSE[0]].draft

    async def sent(api: Api, to: Thing) -> Answer:
        given = {"upload": to.by, "source": {"file": None}}
        return _answered(await api.multipart(mutation("uploadImport"), given, b"+12125550100\n"), to.id)

    made_up = theirs.made_up()
    for stranger in [each for those in world.strangers for each in those]:
        assert await sent(stranger.api, theirs) == await sent(stranger.api, made_up), stranger.who
    assert (await sent(world.owners[WHOSE[0]], theirs)).succeeded


async def test_nothing_of_somebody_else_is_told_by_server_sent_events(world: World) -> None:
    """The stream begins and ends as for something that there is not."""
    theirs = world.standing[WHOSE[0]].upload
    made_up = theirs.made_up()
    for stranger in [each for those in world.strangers for each in those]:
        assert await _streamed(stranger.api, theirs) == await _streamed(stranger.api, made_up), stranger.who
    own = await _streamed(world.owners[WHOSE[0]], theirs)
    assert "COMPLETED" in own.body


async def _streamed(api: Api, upload: Thing) -> Answer:
    """Return the first event, to the empty line behind it."""
    body: dict[str, Any] = {"query": PROGRESS, "variables": {"id": upload.id}}
    headers = {**api.headers, "accept": "text/event-stream"}
    address = f"{api.address}/graphql"
    async with asyncio.timeout(20), api.http.stream("POST", address, json=body, headers=headers) as stream:
        lines = []
        async for line in stream.aiter_lines():
            lines.append(line)
            if not line and any(each.startswith("data:") for each in lines):
                break
        found = "\n".join(lines).replace(upload.id, "NAME")
        return Answer(stream.status_code, told(stream.headers.items()), found)
