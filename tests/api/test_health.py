"""Health."""

import httpx

from tests.api.conftest import Running


async def test_a_running_server_says_that_it_is_well(running: Running, http: httpx.AsyncClient) -> None:
    """The database answers."""
    answer = await http.get(f"{running.address}/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
