"""A server whose limits a test can pass in a moment, and that lets a page of another origin in."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.processes import server
from tests.api.conftest import Running, environment
from tests.api.journey import Api

ORIGIN = "http://localhost:5173"
"""Where Vite serves pages that are being developed."""

BODY_BYTES, FILE_BYTES = 1_000, 2_000


@pytest.fixture(scope="session")
def narrow_address(running: Running) -> Iterator[str]:
    """The address of the server; it shares the database of the other one."""
    own = {
        "NUMBERLINE_WORKER": "false",
        "NUMBERLINE_ALLOWED_ORIGINS": f'["{ORIGIN}/"]',  # as people write it; browsers send no slash
        "NUMBERLINE_BODY_BYTES": str(BODY_BYTES),
        "NUMBERLINE_FILE_BYTES": str(FILE_BYTES),
    }
    with server(environment(running.data_dir, running.control_hub, **own)) as address:
        yield address


@pytest.fixture
def narrow(api: Api, narrow_address: str) -> Api:
    """A caller at system level of that server."""
    return replace(api, address=narrow_address)
