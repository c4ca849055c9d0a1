"""After an upload was submitted, by the public API: stop, try again, roll back, change, confirm."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from api.demo.consenting import numbers_in_control_hub
from store.vocabulary import Role
from tests.api.conftest import Running
from tests.api.journey import (
    Api,
    Refusal,
    Site,
    block,
    ended,
    eventually,
    in_simulator,
    integrated_site,
    is_input_path,
    mutation,
    submitted,
)

UPLOAD = """query($by: UploadBy!) { upload(by: $by) {
  status waiting { code } counts { submitted pending added failed withdrawn }
} }"""

NUMBERS = """query($filter: NumbersFilter) { numbers(filter: $filter, orderBy: NUMBER) { nodes {
  number type cacValue serviceInfo status syncState syncedAt problem { code message retryable }
} } }"""

STEPS = """subscription($by: UploadBy!) { uploadProgressed(upload: $by) { status } }"""

UPDATE = """mutation($input: NumbersUpdateInput!) { numbersUpdate(input: $input) {
  service { id } changed userErrors { code path }
} }"""

CONFIRM = """mutation($input: NumbersConfirmManualInput!) { numbersConfirmManual(input: $input) {
  service { id } confirmed userErrors { code path }
} }"""

DOCUMENTS = {"numbersUpdate": UPDATE, "numbersConfirmManual": CONFIRM}


@pytest.fixture
async def faults(http: httpx.AsyncClient, running: Running) -> AsyncIterator[Any]:
    """Let requests fail by rules; the simulator is in good health again afterwards."""

    async def fail(*rules: dict[str, Any]) -> None:
        (await http.post(f"{running.simulator}/_faults", json={"rules": list(rules)})).raise_for_status()

    yield fail
    await http.delete(f"{running.simulator}/_faults")


async def upload_of(api: Api, upload: str) -> dict[str, Any]:
    """Return an upload, after a look at whether its counts add up."""
    found: dict[str, Any] = (await api.query(UPLOAD, by={"id": upload}))["upload"]
    counts = found["counts"]
    assert counts["submitted"] == sum(counts[name] for name in ("pending", "added", "failed", "withdrawn"))
    return found


async def numbers_of(api: Api, upload: str) -> list[dict[str, Any]]:
    """Return the numbers of an upload, ascending."""
    found: list[dict[str, Any]] = (await api.query(NUMBERS, filter={"upload": {"id": upload}}))["numbers"]["nodes"]
    return found


async def settled(api: Api, upload: str, status: str) -> dict[str, Any]:
    """Return an upload once it has come to a status."""

    async def ask() -> dict[str, Any] | None:
        found = await upload_of(api, upload)
        return found if found["status"] == status else None

    found = await eventually(ask)
    assert found is not None
    return found


async def why(api: Api, field: str, **given: Any) -> list[Refusal]:
    """Have a change of numbers refused; return why."""
    payload = (await api.query(DOCUMENTS[field], input=given))[field]
    paths = [tuple(error["path"]) for error in payload["userErrors"]]
    assert payload["service"] is None
    assert all(is_input_path(field, path) for path in paths), paths
    return [(error["code"], path[1:]) for error, path in zip(payload["userErrors"], paths, strict=True)]


def listed(site: Site, *numbers: str) -> dict[str, Any]:
    """Name numbers of a service."""
    return {"listed": {"service": {"id": site.service}, "entries": [{"single": number} for number in numbers]}}


async def test_a_roll_back_is_followed_to_its_end_and_frees_the_numbers(
    api: Api, running: Running, integrated: Site
) -> None:
    """Off Control Hub, released here, and another customer's within the minute."""
    free, other = block(), await integrated_site(api)
    upload = await submitted(api, integrated, (f"{free}000", f"{free}011"), webexPhoneType="DID")
    await ended(api, upload)

    async with asyncio.timeout(30), aclosing(api.follow(STEPS, by={"id": upload})) as steps:
        seen = [(await anext(steps))["uploadProgressed"]["status"]]
        await api.make("uploadRollBack", upload={"id": upload})
        while seen[-1] != "ROLLED_BACK":
            seen.append((await anext(steps))["uploadProgressed"]["status"])

    held = await numbers_in_control_hub(running.control_hub, integrated.estate.organization)
    assert list(dict.fromkeys(seen)) == ["COMPLETED", "ROLLING_BACK", "ROLLED_BACK"]
    assert not {number for number in held if number.startswith(free)}
    assert {(n["status"], n["syncState"]) for n in await numbers_of(api, upload)} == {("RELEASED", "REMOVED")}
    counts = {"submitted": 12, "pending": 0, "added": 0, "failed": 0, "withdrawn": 12}
    assert (await upload_of(api, upload))["counts"] == counts
    again = await submitted(api, other, (f"{free}000", f"{free}011"), webexPhoneType="DID")
    assert await ended(api, again) == "COMPLETED"


async def test_an_upload_that_waits_is_stopped_and_frees_its_numbers(
    api: Api, faults: Any, integrated: Site, own: Site
) -> None:
    """Control Hub takes nothing; the numbers are somebody else's at once."""
    number = f"{block()}001"
    await faults({"body_contains": number, "status": 429, "retry_after": 0})
    upload = await submitted(api, integrated, number, webexPhoneType="DID")
    await settled(api, upload, "SYNCING")
    await api.make("uploadStop", upload={"id": upload})

    async def withdrawn() -> bool:
        return (await upload_of(api, upload))["counts"]["withdrawn"] == 1

    assert await eventually(withdrawn)
    assert (await upload_of(api, upload))["status"] == "PARTIAL"
    assert await ended(api, await submitted(api, own, number)) == "COMPLETED"


async def test_what_failed_is_tried_again(api: Api, faults: Any, integrated: Site) -> None:
    """`problem.retryable` says which numbers that helps."""
    number = f"{block()}001"
    await faults({"path_contains": "/locations/", "body_contains": number, "status": 403})
    upload = await submitted(api, integrated, number, webexPhoneType="DID")
    first = await ended(api, upload)
    (failed,) = await numbers_of(api, upload)
    await faults()
    await api.make("uploadRetryFailed", upload={"id": upload})
    assert first == "FAILED"
    assert (failed["status"], failed["problem"]["code"], failed["problem"]["retryable"]) == ("ACTIVE", "403", True)
    assert await settled(api, upload, "COMPLETED")
    assert await api.refusals("uploadRetryFailed", upload={"id": upload}) == [("STATE_FORBIDS", ("upload",))]


async def test_an_assigned_number_is_kept_by_a_roll_back_and_says_why(
    api: Api, http: httpx.AsyncClient, running: Running, integrated: Site
) -> None:
    """PARTIAL; unassigned, it goes."""
    number = f"{block()}001"
    body = {"numbers": [number]}
    upload = await submitted(api, integrated, number, webexPhoneType="DID")
    await ended(api, upload)
    (await http.post(f"{running.simulator}/_numbers/assign", json=body)).raise_for_status()
    await api.make("uploadRollBack", upload={"id": upload})
    await settled(api, upload, "PARTIAL")
    (kept,) = await numbers_of(api, upload)
    (await http.post(f"{running.simulator}/_numbers/unassign", json=body)).raise_for_status()
    await api.make("uploadRollBack", upload={"id": upload})
    assert (kept["status"], kept["syncState"], bool(kept["problem"]["message"])) == ("ACTIVE", "FAILED", True)
    assert await settled(api, upload, "ROLLED_BACK")


async def test_a_new_number_type_reaches_control_hub(api: Api, http: httpx.AsyncClient, running: Running) -> None:
    """The number waits with UPDATE_PENDING, and is SYNCED when Control Hub knows."""
    site, free = await integrated_site(api), block()
    upload = await submitted(api, site, (f"{free}001", f"{free}003"), webexPhoneType="DID")
    await ended(api, upload)
    given = {"numbers": {"upload": {"id": upload}}, "changes": {"numberType": "SERVICE", "cacValue": 30}}
    answer = (await api.query(UPDATE, input=given))["numbersUpdate"]

    async def told() -> bool:
        return {number["syncState"] for number in await numbers_of(api, upload)} == {"SYNCED"}

    assert answer == {"service": {"id": site.service}, "changed": 3, "userErrors": []}
    assert await eventually(told)
    document = "query($by: ServiceBy!) { service(by: $by) { organizationId } }"
    organization = (await api.query(document, by={"id": site.service}))["service"]["organizationId"]
    held = await in_simulator(http, running.simulator, "/_numbers", organization=organization)
    usages = {row["numberUsageType"] for row in held if row["phoneNumber"].startswith(free)}
    assert usages == {"SERVICE"}
    assert {(n["type"], n["cacValue"]) for n in await numbers_of(api, upload)} == {("SERVICE", 30)}


async def test_numbers_added_by_hand_are_confirmed(api: Api, own: Site) -> None:
    """Twice does no harm."""
    free = block()
    upload = await submitted(api, own, f"{free}001", f"{free}002")
    given = {"numbers": listed(own, f"{free}001")}
    answers = [(await api.query(CONFIRM, input=given))["numbersConfirmManual"] for _ in range(2)]
    assert [(answer["confirmed"], answer["userErrors"]) for answer in answers] == [(1, []), (0, [])]
    assert [n["syncState"] for n in await numbers_of(api, upload)] == ["MANUAL_CONFIRMED", "MANUAL_PENDING"]


async def test_refusals_say_which_input_they_are_about(api: Api, own: Site, integrated: Site) -> None:
    """Each path is one of the input."""
    free = block()
    await submitted(api, own, f"{free}001")
    mine = listed(own, f"{free}001")
    assert [
        await why(api, "numbersUpdate", numbers=mine, changes={}),
        await why(api, "numbersUpdate", numbers=mine, changes={"serviceInfo": "x" * 201}),
        await why(api, "numbersUpdate", numbers=mine, changes={"cacValue": 3}),
        await why(api, "numbersUpdate", numbers=listed(own, f"{free}002"), changes={"cacValue": 2}),
        await why(api, "numbersUpdate", numbers=listed(own), changes={"cacValue": 2}),
        await why(api, "numbersConfirmManual", numbers=listed(integrated, f"{free}001")),
    ] == [
        [("NOTHING_TO_CHANGE", ("changes",))],
        [("TEXT_TOO_LONG", ("changes", "serviceInfo"))],
        [("CAC_FIXED", ("changes",))],
        [("NOT_FOUND", ("numbers",))],
        [("NOTHING_TO_CHANGE", ("numbers",))],
        [("INTEGRATED_NOT_TAKEN", ("numbers",))],
    ]


@pytest.mark.parametrize("field", ["uploadStop", "uploadRetryFailed", "uploadRollBack", *DOCUMENTS])
async def test_a_monitor_changes_nothing(api: Api, running: Running, own: Site, field: str) -> None:
    """FORBIDDEN, whatever it names."""
    monitor = api.as_(running.token(role=Role.MONITOR))
    upload = await submitted(api, own, f"{block()}001")
    numbers = {"numbers": {"upload": {"id": upload}}}
    given = {"numbersUpdate": {**numbers, "changes": {"serviceInfo": "Mine"}}, "numbersConfirmManual": numbers}
    document = DOCUMENTS.get(field) or mutation(field)
    assert await monitor.codes(document, input=given.get(field, {"upload": {"id": upload}})) == ["FORBIDDEN"]
