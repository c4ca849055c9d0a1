"""A change of which nobody knows what became: it is looked for before a job is started again."""

from dataclasses import replace
from typing import Any

import pytest

from provisioning.changes import update
from provisioning.desk import Desk
from provisioning.sync.hub_jobs import BETWEEN_LOOKS_S, MOST_LOOKS
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from store import syncing
from store.vocabulary import SyncState
from tests.provisioning.administrator import SILENT, orders, turn, usages
from tests.provisioning.sync.updating.changing import JOBS, LOOK, START, TO_SERVICE, Synced, happen, stand, starts, told

LOST = pytest.mark.parametrize("fault", [{"status": 502}, {"drop": True}], ids=["502", "dropped"])


@LOST
async def test_a_start_that_was_not_done_is_done_again_after_a_look(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, fault: dict[str, Any]
) -> None:
    """No answer, and the read-back shows the old usage."""
    await control_hub.fail({**START, **fault, "when": "before"})
    assert await told(desk, outbound, three) == {SyncState.SYNCED}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers]


@LOST
async def test_a_start_that_was_done_without_an_answer_is_not_done_again(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, fault: dict[str, Any]
) -> None:
    """While the job that got lost runs there is no other; when it has ended, the read-back shows what it did."""
    await control_hub.fail({**START, **fault, "when": "after"})
    meanwhile = await told(desk, outbound, three)
    await happen(desk, control_hub, three)
    await sync_service(desk, outbound, three.dialog.service.id)
    assert meanwhile == {SyncState.UPDATE_PENDING}
    assert await stand(desk, three) == {SyncState.SYNCED}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers]


@pytest.mark.parametrize(
    "fault",
    [{"status": 502}, {"status": 429, "retry_after": 0}, {"status": 404}, {"status": 403}],
    ids=["502", "429", "404", "403"],
)
async def test_a_job_that_cannot_be_looked_at_is_not_started_again_once_it_is_done(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, fault: dict[str, Any]
) -> None:
    """It was started: what it did is read back."""
    await turn(control_hub, three.organization, job_polls=5)
    await control_hub.fail({**LOOK, **fault})
    meanwhile = await told(desk, outbound, three)
    await control_hub.heal()
    await happen(desk, control_hub, three)
    await sync_service(desk, outbound, three.dialog.service.id)
    assert meanwhile == {SyncState.UPDATE_PENDING}
    assert await stand(desk, three) == {SyncState.SYNCED}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers]


async def test_a_job_that_takes_long_is_looked_at_within_bounds_and_found_at_its_end(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, naps: list[float]
) -> None:
    """The sync does not wait for ever, and does not start it a second time."""
    await turn(control_hub, three.organization, job_polls=MOST_LOOKS + 5)
    meanwhile = await told(desk, outbound, three)
    looked = naps.count(BETWEEN_LOOKS_S)
    await happen(desk, control_hub, three)
    await sync_service(desk, outbound, three.dialog.service.id)
    assert (meanwhile, looked) == ({SyncState.UPDATE_PENDING}, MOST_LOOKS)
    assert await stand(desk, three) == {SyncState.SYNCED}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers]


@pytest.mark.parametrize("changed", [True, False], ids=["changed before the end", "not changed"])
async def test_a_process_that_died_over_a_change_finds_out_what_became_of_it(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, *, changed: bool
) -> None:
    """Numbers left IN_PROGRESS are looked for; a job is started only where Control Hub has the old usage."""
    await update(desk, three.all, TO_SERVICE)
    async with desk.begin() as transaction:
        service = three.dialog.service.id
        await syncing.claim(transaction, service, SyncState.UPDATE_PENDING, 1000, desk.clock())
    await happen(desk, control_hub, three, "SERVICE" if changed else "NONE")
    await sync_service(desk, outbound, three.dialog.service.id)
    assert await stand(desk, three) == {SyncState.SYNCED}
    assert await starts(control_hub, three) == (0 if changed else 1)
    assert set((await usages(control_hub, three.organization)).values()) == {"SERVICE"}


async def test_a_change_whose_read_back_fails_is_looked_for_before_it_is_sent_again(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """Nothing is guessed."""
    await turn(control_hub, three.organization, job_polls=MOST_LOOKS + 5)

    async def fall_silent(_: float) -> None:
        await control_hub.fail({**LOOK, "status": 503}, SILENT)

    unclear = await told(desk, replace(outbound, sleep=fall_silent), three)
    await control_hub.heal()
    await happen(desk, control_hub, three)
    await sync_service(desk, outbound, three.dialog.service.id)
    assert unclear == {SyncState.UNCERTAIN}
    assert await stand(desk, three) == {SyncState.SYNCED}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers]
