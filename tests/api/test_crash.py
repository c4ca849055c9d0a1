"""Killed in mid-sync, or left without an answer: what was sent is looked for before it is sent again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from api.demo.consenting import numbers_in_control_hub
from api.processes import simulator
from tests.api.conftest import Running, environment
from tests.api.journey import Api, Site, added, block, ended, eventually, in_simulator, integrated_site, started
from tests.api.programs import postmaster, serving, token

VALID = 400

STATE = """query($service: ServiceBy!, $upload: UploadBy!, $id: ID!) {
  service(by: $service) { status }
  upload(by: $upload) {
    status waiting { code } counts { total valid invalid submitted pending added failed withdrawn }
  }
  numbers(filter: { upload: {id: $id}, status: ACTIVE, syncState: SYNCED }) { totalCount }
}"""


@dataclass(frozen=True, slots=True)
class Hub:
    """A simulator of a test's own, slow enough to be caught in the middle."""

    address: str

    @property
    def routes(self) -> str:
        """The address of the simulator's own routes."""
        return self.address.removesuffix("/v1")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A simulator that takes its time."""
    with simulator(tmp_path / "state.sqlite", latency_ms=100) as address:
        yield Hub(address)


@pytest.mark.parametrize("killed", ["server", "server and database"])
async def test_a_sync_goes_on_where_it_was_killed(
    short_folder: Path, http: httpx.AsyncClient, hub: Hub, killed: str
) -> None:
    """The service becomes Ready, the counts are true, and no number is added twice."""
    data_dir = short_folder / f"crash-{len(killed)}"
    own = environment(data_dir, hub.address)
    async with serving(own) as (address, process):
        api = Api(http, address, await token(own))
        site = await integrated_site(api)
        free = block()
        upload = await started(api, site, webexPhoneType="DID")
        await added(api, upload, (f"{free}000", f"{free}{VALID - 1}"), "nonsense", "+390255512345")
        await http.post(f"{hub.routes}/_faults", json={"rules": _silence(f"{free}000")})
        await api.make("uploadSubmit", upload={"id": upload})
        done = await eventually(lambda: _additions_beside_a_silence(http, hub.routes))
        process.kill()
        await process.wait()
    await http.delete(f"{hub.routes}/_faults")
    for victim in {"server": [], "server and database": [postmaster(data_dir)]}[killed]:
        _kill(victim)

    async with serving(own) as (address, _):
        api = Api(http, address, api.token)
        status = await ended(api, upload, 60)
        found = await api.query(STATE, service={"id": site.service}, upload={"id": upload}, id=upload)

    assert 0 < len(done) < VALID
    assert status == "COMPLETED"
    assert found == {
        "service": {"status": "READY"},
        "upload": {"status": "COMPLETED", "waiting": None, "counts": _counts(VALID, invalid=2)},
        "numbers": {"totalCount": VALID},
    }
    expected = {f"{free}{number:03}" for number in range(VALID)}
    assert await numbers_in_control_hub(hub.address, site.estate.organization) == expected
    assert mistakes(await _log(http, hub.routes)) == []


async def test_a_server_outlives_its_database(short_folder: Path, http: httpx.AsyncClient) -> None:
    """A request meanwhile gets a coded error; then the server has got the database running again by itself."""
    own = environment(short_folder / "outlive", "http://127.0.0.1:9/v1")
    async with serving(own) as (address, _):
        api = Api(http, address, await token(own))
        tenant = await api.make("tenantCreate", kind="SERVICE_PROVIDER", name="Before")
        _kill(postmaster(short_folder / "outlive"))

        async def answered() -> bool:
            answer = (await api.post("query($id: ID!) { node(id: $id) { id } }", id=tenant)).json()
            codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
            assert codes in ([], ["UNAVAILABLE"]), answer
            return answer["data"] == {"node": {"id": tenant}}

        assert await eventually(answered)
        health = await http.get(f"{address}/healthz")

    assert health.status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"when": "after", "drop": True},
        {"when": "before", "drop": True},
        {"when": "after", "status": 502},
        {"when": "before", "status": 500},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
async def test_numbers_whose_addition_got_no_answer_are_read_back_before_they_are_sent_again(
    api: Api, http: httpx.AsyncClient, running: Running, integrated: Site, fault: dict[str, Any]
) -> None:
    """Whether Control Hub did it or not: all are there in the end, each added once."""
    free = block()
    upload = await started(api, integrated, webexPhoneType="DID")
    await added(api, upload, (f"{free}000", f"{free}059"))
    begun = await _newest(http, running.simulator)
    rule = {"method": "POST", "path_contains": "/numbers", "body_contains": f"{free}00", "times": 1, **fault}
    await http.post(f"{running.simulator}/_faults", json={"rules": [rule]})

    await api.make("uploadSubmit", upload={"id": upload})
    status = await ended(api, upload, 40)
    struck = await in_simulator(http, running.simulator, "/_faults")
    await http.delete(f"{running.simulator}/_faults")

    log = await _log(http, running.simulator, after=begun)
    held = await numbers_in_control_hub(running.control_hub, integrated.estate.organization)
    assert [rule["struck"] for rule in struck["rules"]] == [1]
    assert status == "COMPLETED"
    assert {number for number in held if number.startswith(free)} == {f"{free}{n:03}" for n in range(60)}
    assert [entry for entry in log if _is_addition(entry) and not _is_answered(entry)]
    assert mistakes(log) == []


def test_the_log_reader_sees_both_mistakes() -> None:
    """So that the tests above cannot pass by overlooking one."""
    post, read = {"method": "POST", "path": "/v1/x/locations/l/numbers"}, {"method": "GET", "path": "/v1/x/numbers"}
    twice = [{**post, "id": 1, "status": 201, "numbers": ["a"]}, {**post, "id": 2, "status": 201, "numbers": ["a"]}]
    blind = [{**post, "id": 1, "status": None, "numbers": ["a"]}, {**post, "id": 2, "status": 201, "numbers": ["a"]}]
    careful = [blind[0], {**read, "id": 3, "status": 200, "numbers": []}, blind[1]]

    assert mistakes(twice) == ["2: a was added before"]
    assert mistakes(blind) == ["2: a was sent again without a look"]
    assert mistakes(careful) == []


def mistakes(log: list[dict[str, Any]]) -> list[str]:
    """Return every addition of a number that had been answered 201, or that followed a silence without a read-back."""
    found: list[str] = []
    added_already: set[str] = set()
    unanswered: set[str] = set()
    for entry in log:
        if entry["method"] == "GET" and entry["path"].endswith("/numbers") and entry["status"] == 200:
            unanswered.clear()
        if not _is_addition(entry):
            continue
        numbers = set(entry["numbers"])
        found += [f"{entry['id']}: {n} was added before" for n in sorted(numbers & added_already)]
        found += [f"{entry['id']}: {n} was sent again without a look" for n in sorted(numbers & unanswered)]
        (added_already if entry["status"] == 201 else unanswered if not _is_answered(entry) else set()).update(numbers)
    return found


def _is_addition(entry: dict[str, Any]) -> bool:
    return entry["method"] == "POST" and entry["path"].endswith("/numbers")


def _is_answered(entry: dict[str, Any]) -> bool:
    return entry["status"] is not None and entry["status"] < 500


async def _log(http: httpx.AsyncClient, routes: str, after: int = 0) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = (await in_simulator(http, routes, "/_log", after=str(after)))["requests"]
    return entries


async def _newest(http: httpx.AsyncClient, routes: str) -> int:
    newest: int = (await _log(http, routes))[-1]["id"]
    return newest


def _silence(number: str) -> list[dict[str, Any]]:
    """Return the rules by which the addition of a number gets no answer, and a look for it neither."""
    addition = {"method": "POST", "path_contains": "/numbers", "body_contains": f'"{number}"', "times": 1, "drop": True}
    return [addition, {"method": "GET", "path_contains": "/numbers", "hang_s": 2, "drop": True}]


async def _additions_beside_a_silence(http: httpx.AsyncClient, routes: str) -> list[str]:
    """Return the numbers whose addition was answered, once there are some and another got no answer."""
    entries = [entry for entry in await _log(http, routes) if _is_addition(entry)]
    done = [number for entry in entries if _is_answered(entry) for number in entry["numbers"]]
    return done if any(not _is_answered(entry) for entry in entries) else []


def _counts(valid: int, invalid: int) -> dict[str, int]:
    settled = {"submitted": valid, "pending": 0, "added": valid, "failed": 0, "withdrawn": 0}
    return {"total": valid + invalid, "valid": valid, "invalid": invalid, **settled}


def _kill(process_id: int) -> None:
    """End a process without warning, and wait until it is gone."""
    victim = psutil.Process(process_id)
    victim.kill()
    psutil.wait_procs([victim], timeout=10)
