"""Uploads of more than a hundred thousand rows, on a server with its usual limits."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.processes import server
from tests.api.conftest import Running, environment
from tests.api.journey import Api, Site, plain_site, started

ROWS = 120_000
"""More than are validated within a request."""

FOLLOW = """subscription($by: UploadBy!) { uploadProgressed(upload: $by) {
  status counts { rows valid invalid } upload { status }
} }"""


@pytest.fixture(scope="module")
def usual(short_folder: Path, running: Running) -> Iterator[Running]:
    """A server that nobody set limits for."""
    data_dir = short_folder / "usual"
    with server(environment(data_dir, running.control_hub)) as address:
        yield Running(address, running.control_hub, data_dir)


@pytest.fixture
async def large(usual: Running, api: Api) -> Api:
    """A caller of that server."""
    return Api(api.http, usual.address, usual.token())


def rows() -> bytes:
    """Return a file of unique numbers of which every tenth is invalid."""
    area = ("+1212", "+1415")
    lines = (f"{'+1012' if n % 10 == 0 else area[n % 2]}{2_000_000 + n}" for n in range(ROWS))
    return "\r\n".join(("Number", *lines)).encode()


async def _seen(api: Api, upload: str, until: str) -> list[dict[str, Any]]:
    steps = []
    async for step in api.follow(FOLLOW, by={"id": upload}):
        steps.append(step["uploadProgressed"])
        if steps[-1]["status"] == until:
            break
    return steps


async def test_a_large_upload_tells_how_far_it_has_come(large: Api) -> None:
    """Rows read, valid and invalid while the file is read; VALIDATING until a job is through; then all is stored."""
    site: Site = await plain_site(large)
    upload = await started(large, site)
    reading = asyncio.create_task(_seen(large, upload, "VALIDATED"))

    await large.send(upload, rows())
    begun = await large.make("uploadValidate", "status", upload={"id": upload})
    steps = await asyncio.wait_for(reading, 60)
    done = await large.make("uploadSubmit", "status counts { submitted invalid }", upload={"id": upload})

    counted = [step["counts"]["rows"] for step in steps]
    assert begun == {"status": "VALIDATING"}
    assert counted == sorted(counted)
    assert len(set(counted)) > 3
    assert all(step["counts"]["valid"] + step["counts"]["invalid"] == step["counts"]["rows"] for step in steps)
    assert [step["status"] for step in steps if step["status"] != "DRAFT"] == ["VALIDATING", "VALIDATED"]
    assert done == {"status": "COMPLETED", "counts": {"submitted": ROWS * 9 // 10, "invalid": ROWS // 10}}


async def test_a_range_of_a_hundred_thousand_numbers_is_one_entry(large: Api) -> None:
    """And one number more is refused with the reason."""
    site = await plain_site(large)
    upload = await started(large, site)
    entries = [
        {"range": {"first": "+12123000000", "last": "+12123099999"}},
        {"range": {"first": "+12124000000", "last": "+12124100000"}},
    ]

    filled = await large.make(
        "uploadAddNumbers",
        "counts { valid invalid } ranges { first size } entries { nodes { size code } }",
        upload={"id": upload},
        entries=entries,
    )

    assert filled == {
        "counts": {"valid": 100_000, "invalid": 1},
        "ranges": [{"first": "+12123000000", "size": 100_000}],
        "entries": {"nodes": [{"size": 100_000, "code": None}, {"size": 1, "code": "RANGE_TOO_LARGE"}]},
    }
