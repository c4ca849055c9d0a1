"""When a sync that came to nothing runs again, and what is said meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from controlhub.errors import HubBusy, HubError, HubRefused, HubUnanswered
from provisioning.desk import Desk
from provisioning.sync import rests
from provisioning.sync.outbound import Outbound
from provisioning.sync.rests import LONGEST_REST_S, MOST_RESTS, RESTS_S, reason, rest_s
from provisioning.sync.run import sync_service
from provisioning.uploads.after import stop
from store.lookup import Name
from store.vocabulary import SyncState, UploadStatus, WaitingCode
from tests.arrange import Dialog, Hubside, announced, consented, fetch, jobs, numbers_of, span, submitted

Fresh = Callable[[int], list[str]]
SILENT = {"method": "GET", "path_contains": "/telephony/config/numbers", "status": 503}
LOST = {"method": "POST", "path_contains": "/numbers", "status": 502}
FORBIDDEN = {**SILENT, "status": 403}


@pytest.mark.parametrize(
    ("tries", "asked_s", "chance", "seconds"),
    [
        (1, None, 0.0, 15.0),
        (2, None, 0.0, 30.0),
        (99, None, 0.0, 300.0),
        (1, None, 0.5, 16.5),
        (1, 5.0, 0.0, 15.0),
        (1, 90.0, 0.0, 90.0),
        (1, 86_400.0, 0.0, LONGEST_REST_S),
    ],
)
def test_rests_grow_and_never_end_before_control_hub_asks_again(
    tries: int, asked_s: float | None, chance: float, seconds: float
) -> None:
    """Within bounds."""
    assert rest_s(tries, asked_s, chance) == seconds


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (HubBusy(429, None), WaitingCode.CONTROL_HUB_BUSY),
        (HubUnanswered("HTTP 502", None), WaitingCode.CONTROL_HUB_SILENT),
        (HubRefused(403, "403", "No rights.", "T-1"), WaitingCode.CONTROL_HUB_REFUSES),
    ],
)
def test_every_setback_has_its_reason(error: HubError, code: WaitingCode) -> None:
    """One that people have to mend says what Control Hub said."""
    found, message = reason(error)
    assert found is code
    assert ("No rights." in message and "T-1" in message) is isinstance(error, HubRefused)


async def wakes(desk: Desk) -> list[Any]:
    """Return the times at which rests end, as the jobs are told that end them, in the order in which they began."""
    async with desk.read() as reading:
        found = await reading.session.execute(
            text("SELECT args ->> 'rests_until' FROM procrastinate_jobs WHERE task_name = 'resume_sync' ORDER BY id")
        )
        return [datetime.fromisoformat(told) for told in found.scalars()]


async def test_rests_grow_with_every_run_in_a_row_and_then_the_hourly_look_goes_on(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Nobody is asked without end; the upload says until when it waits."""
    dialog, calm = await consented(desk, side), replace(outbound, chance=lambda: 0.0, sleep=_nap)
    upload, before = await submitted(desk, dialog, *fresh(1)), len(await wakes(desk))
    await control_hub.fail({**SILENT, "times": None}, {**LOST, "times": None})
    waits = []
    for _ in range(MOST_RESTS + 1):
        await sync_service(desk, calm, dialog.service.id)
        waits.append((await fetch(desk, upload)).waiting_until)
    rested = [(at - desk.clock()).total_seconds() for at in (await wakes(desk))[before:]]
    assert rested == [*RESTS_S, *[RESTS_S[-1]] * (MOST_RESTS - len(RESTS_S))]
    assert [(at - desk.clock()).total_seconds() for at in waits[:-1]] == rested
    assert waits[-1] is None
    assert (await fetch(desk, upload)).waiting_code == "CONTROL_HUB_SILENT"


@pytest.mark.parametrize("status", [429, 503])
async def test_a_rest_is_as_long_as_control_hub_asks_for(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh, status: int
) -> None:
    """Whatever the answer with which it says so."""
    dialog = await consented(desk, side)
    await submitted(desk, dialog, *fresh(1))
    await control_hub.fail({"path_contains": "/telephony", "status": status, "retry_after": 120, "times": None})
    await sync_service(desk, replace(outbound, chance=lambda: 0.0), dialog.service.id)
    assert ((await wakes(desk))[-1] - desk.clock()).total_seconds() == 120


async def test_a_run_that_got_somewhere_starts_the_count_anew_and_one_that_ends_forgets_it(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Only runs in a row that got nowhere count."""
    dialog, numbers = await consented(desk, side), fresh(12)
    await submitted(desk, dialog, span(numbers[0], numbers[-1]))
    calm = replace(outbound, sleep=_nap)
    await control_hub.fail({**LOST, "times": None})
    for _ in range(2):
        await sync_service(desk, calm, dialog.service.id)
    got_nowhere = (await fetch(desk, dialog.service)).sync_tries
    await control_hub.fail({**LOST, "times": None, "body_contains": numbers[11]}, {**SILENT, "times": None})
    await sync_service(desk, calm, dialog.service.id)
    got_somewhere = (await fetch(desk, dialog.service)).sync_tries
    await control_hub.heal()
    await sync_service(desk, calm, dialog.service.id)
    ended = await fetch(desk, dialog.service)
    assert (got_nowhere, got_somewhere) == (2, 1)
    assert (ended.sync_tries, ended.sync_resumes_at) == (0, None)


async def test_a_rest_ends_once(desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh) -> None:
    """By the job that was written for it, whose clock may be slow; not by that of a rest before, and not twice."""
    dialog, calm = await consented(desk, side), replace(outbound, sleep=_nap)
    await submitted(desk, dialog, *fresh(1))
    await control_hub.fail({**SILENT, "times": None}, {**LOST, "times": None})
    await sync_service(desk, calm, dialog.service.id)
    await sync_service(desk, calm, dialog.service.id)
    before, (outdated, due) = len(await syncs(desk)), (await wakes(desk))[-2:]
    await rests.resume(desk, dialog.service.id, outdated)
    too_early = len(await syncs(desk)) - before
    await rests.resume(desk, dialog.service.id, due)
    await rests.resume(desk, dialog.service.id, due)
    assert (too_early, len(await syncs(desk)) - before) == (0, 1)


async def test_what_came_while_a_run_made_way_is_not_forgotten_at_the_end_of_the_other(
    desk: Desk, side: Hubside, outbound: Outbound, fresh: Fresh
) -> None:
    """The run that ends has looked before it came; the one that made way is all that would take it along."""
    dialog = await consented(desk, side)
    organization = (await fetch(desk, dialog.service)).organization_id
    await submitted(desk, dialog, *fresh(1))
    async with desk.database.alone(f"sync of {organization}"):
        await sync_service(desk, outbound, dialog.service.id)
        await rests.end(desk, dialog.service.id)
    before = len(await syncs(desk))
    await rests.resume(desk, dialog.service.id, (await wakes(desk))[-1])
    assert len(await syncs(desk)) == before + 1


async def syncs(desk: Desk) -> list[Any]:
    """Return the sync jobs so far."""
    return [job for job in await jobs(desk) if job[0] == "sync_service"]


async def test_a_stopped_upload_whose_numbers_are_uncertain_says_why_it_waits(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Its subscribers hear of it, too."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(2))
    await control_hub.fail({**SILENT, "times": None}, {**LOST, "times": None})
    await sync_service(desk, replace(outbound, sleep=_nap), dialog.service.id)
    await stop(desk, Name(id=upload.id))
    told = len(await announced(desk, dialog.service))
    await sync_service(desk, replace(outbound, sleep=_nap), dialog.service.id)
    found = await fetch(desk, upload)
    assert (found.status, found.waiting_code) == (UploadStatus.PARTIAL, "CONTROL_HUB_SILENT")
    assert len(await announced(desk, dialog.service)) == told + 1
    await control_hub.heal()
    await sync_service(desk, outbound, dialog.service.id)
    settled = await fetch(desk, upload)
    assert (settled.waiting_code, settled.withdrawn) == (None, 2)
    assert await states(desk, dialog) == {SyncState.REMOVED}


async def test_a_control_hub_that_refuses_to_be_read_says_so_in_its_words(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Nothing is sent blindly meanwhile."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(2))
    await control_hub.fail({**LOST, "times": 1, "when": "after"}, {**FORBIDDEN, "times": None})
    for _ in range(2):
        await sync_service(desk, replace(outbound, sleep=_nap), dialog.service.id)
    found = await fetch(desk, upload)
    organization = (await fetch(desk, dialog.service)).organization_id
    assert found.waiting_code == "CONTROL_HUB_REFUSES"
    assert "403" in (found.waiting_message or "")
    assert await states(desk, dialog) == {SyncState.UNCERTAIN}
    assert len(await control_hub.asked(organization, "POST", "/numbers")) == 1
    await control_hub.heal()
    await sync_service(desk, outbound, dialog.service.id)
    assert (await fetch(desk, upload)).status is UploadStatus.COMPLETED


async def states(desk: Desk, dialog: Dialog) -> set[SyncState]:
    """Return where the numbers of the service stand."""
    return {number.sync_state for number in (await numbers_of(desk, dialog.service)).values()}


async def _nap(_: float) -> None:
    """Do not wait."""
