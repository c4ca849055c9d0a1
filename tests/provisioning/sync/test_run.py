"""A sync against the simulator over HTTP, on a real database: what it sends, records and tells."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlmodel import col

from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.rests import RESTS_S
from provisioning.sync.run import sync_service
from store.tables import Event, Service
from store.vocabulary import ServiceStatus, SyncState, UploadStatus
from tests.arrange import Hubside, announced, audited, consented, fetch, jobs, removing, rows, span, submitted
from tests.provisioning.administrator import until
from tests.provisioning.sync.accounts import states

Fresh = Callable[[int], list[str]]


async def test_every_number_reaches_control_hub_and_the_service_becomes_ready(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The main job: the numbers are there, the service is READY, the upload COMPLETED."""
    dialog, numbers = await consented(desk, side), fresh(25)
    upload = await submitted(desk, dialog, *numbers)
    await sync_service(desk, outbound, dialog.service.id)
    ended = await fetch(desk, upload)
    assert await control_hub.held((await fetch(desk, dialog.service)).organization_id) == numbers
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.READY
    assert (ended.status, ended.submitted, ended.added, ended.failed) == (UploadStatus.COMPLETED, 25, 25, 0)
    assert ended.ended_at == desk.clock()
    assert await states(desk, dialog) == {SyncState.SYNCED}


async def test_what_a_sync_changes_is_on_record(desk: Desk, side: Hubside, outbound: Outbound, fresh: Fresh) -> None:
    """Nobody asked for it at that moment, so the trail has to say when it came."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(2))
    await sync_service(desk, outbound, dialog.service.id)
    assert (await audited(desk, dialog.service.id))[-1] == "SERVICE_BECAME_READY"
    assert (await audited(desk, upload.id))[-1] == "UPLOAD_ENDED"


async def test_subscribers_hear_of_every_step_in_order(
    desk: Desk, side: Hubside, outbound: Outbound, fresh: Fresh
) -> None:
    """Transitions are gapless; in between the counts only grow."""
    dialog = await consented(desk, side)
    await submitted(desk, dialog, *fresh(25))
    await sync_service(desk, outbound, dialog.service.id)
    told = await announced(desk, dialog.service)
    added = [e.counts["added"] for e in await rows(desk, Event, col(Event.id)) if e.upload_id]
    assert [step for step in told if step[0] == "SERVICE_STATUS"] == [
        ("SERVICE_STATUS", None, "PENDING_CONSENT"),
        ("SERVICE_STATUS", "PENDING_CONSENT", "PENDING_PROVISIONING"),
        ("SERVICE_STATUS", "PENDING_PROVISIONING", "READY"),
    ]
    assert [step for step in told if step[0] == "UPLOAD_STATUS"] == [
        ("UPLOAD_STATUS", "DRAFT", "SUBMITTED"),
        ("UPLOAD_STATUS", "SUBMITTED", "SYNCING"),
        ("UPLOAD_STATUS", "SYNCING", "COMPLETED"),
    ]
    assert added == sorted(added)
    assert added[-1] == 25


async def test_running_it_again_sends_nothing_again(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A job may be run any number of times."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(12))
    await sync_service(desk, outbound, dialog.service.id)
    organization = (await fetch(desk, dialog.service)).organization_id
    before = (await control_hub.story(organization), await announced(desk, dialog.service))
    await sync_service(desk, outbound, dialog.service.id)
    assert (await control_hub.story(organization), await announced(desk, dialog.service)) == before
    assert (await fetch(desk, upload)).added == 12


async def test_an_upload_submitted_while_another_is_on_its_way_ends_too(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The sync under way takes its numbers along; the job of its own then has nothing left to send."""
    dialog = await consented(desk, side)
    first = await submitted(desk, dialog, *fresh(3))
    organization = (await fetch(desk, dialog.service)).organization_id
    await control_hub.fail({"method": "POST", "path_contains": "/numbers", "hang_s": 0.3, "when": "after", "times": 1})
    run = asyncio.create_task(sync_service(desk, outbound, dialog.service.id))
    await until(lambda: control_hub.asked(organization, "POST", "/numbers"))
    second = await submitted(desk, dialog, *fresh(3))
    await run
    await sync_service(desk, outbound, dialog.service.id)
    ended = [await fetch(desk, upload) for upload in (first, second)]
    assert [(upload.status, upload.added) for upload in ended] == [(UploadStatus.COMPLETED, 3)] * 2


async def test_a_large_upload_is_shared_by_several_requests_at_once(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Each number is sent in exactly one request, ten at a time."""
    dialog, numbers = await consented(desk, side), fresh(230)
    upload = await submitted(desk, dialog, span(numbers[0], numbers[-1]))
    await sync_service(desk, outbound, dialog.service.id)
    posts = await control_hub.asked((await fetch(desk, dialog.service)).organization_id, "POST", "/numbers")
    assert sorted(e164 for post in posts for e164 in post["numbers"]) == numbers
    assert max(len(post["numbers"]) for post in posts) == 10
    assert (await fetch(desk, upload)).added == 230


async def test_a_second_run_waits_while_the_first_still_lives(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A worker that was only slow may have been taken for dead; two at once could send a number twice."""
    dialog = await consented(desk, side)
    await submitted(desk, dialog, *fresh(2))
    organization = (await fetch(desk, dialog.service)).organization_id
    before = len(await jobs(desk))
    async with desk.database.alone(f"sync of {organization}") as held:
        await sync_service(desk, outbound, dialog.service.id)
    assert held
    assert await control_hub.story(organization) == []
    assert [job[2] for job in await jobs(desk)][before:] == [desk.clock() + timedelta(seconds=RESTS_S[0])]


async def test_a_service_in_removal_gets_nothing_more_and_is_gone_in_the_end(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """What waited to be added is not; there is nothing to take off."""
    dialog = await consented(desk, side)
    await submitted(desk, dialog, *fresh(2))
    await removing(desk, dialog.service)
    organization = (await fetch(desk, dialog.service)).organization_id
    await sync_service(desk, outbound, dialog.service.id)
    assert await control_hub.story(organization) == []
    assert await rows(desk, Service, col(Service.id), col(Service.id) == dialog.service.id) == []
