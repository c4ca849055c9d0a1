"""A sync that cannot go on for now, with a busy Control Hub or without consent: nothing is lost, and it comes back."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.rests import RESTS_S
from provisioning.sync.run import sync_service
from store.tables import Grant
from store.vocabulary import GrantStatus, ServiceStatus, SyncState, UploadStatus
from tests.arrange import Hubside, accept, consented, fetch, invite, jobs, rows, submitted
from tests.provisioning.administrator import GONE_ASTRAY, until
from tests.provisioning.sync.accounts import states

Fresh = Callable[[int], list[str]]


async def test_a_busy_control_hub_is_tried_again_later(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh, naps: list[float]
) -> None:
    """429 without end: nothing is lost, the upload says why it waits, and a job comes back."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.fail({"method": "POST", "path_contains": "/numbers", "status": 429, "retry_after": 7})
    await sync_service(desk, outbound, dialog.service.id)
    waiting, (name, lock, not_before) = await fetch(desk, upload), (await jobs(desk))[-1]
    held_up = await states(desk, dialog)
    await control_hub.heal()
    await sync_service(desk, outbound, dialog.service.id)
    done = await fetch(desk, upload)
    assert (waiting.status, waiting.waiting_code) == (UploadStatus.SYNCING, "CONTROL_HUB_BUSY")
    assert held_up == {SyncState.ADD_PENDING}
    assert (name, lock) == ("resume_sync", None)
    assert waiting.waiting_until == not_before
    assert desk.clock() + timedelta(seconds=RESTS_S[0]) <= not_before < desk.clock() + timedelta(seconds=RESTS_S[1])
    assert naps[0] == 7.0
    assert (done.status, done.waiting_code, done.waiting_message) == (UploadStatus.COMPLETED, None, None)


async def test_a_single_429_is_waited_out(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh, naps: list[float]
) -> None:
    """As long as Control Hub asks for."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.fail({**GONE_ASTRAY, "status": 429, "retry_after": 3})
    await sync_service(desk, outbound, dialog.service.id)
    assert naps == [3.0]
    assert (await fetch(desk, upload)).status is UploadStatus.COMPLETED


async def test_withdrawn_consent_stops_the_sync_and_loses_nothing(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """401: the grant says REVOKED, the upload why it waits; the service keeps its status."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.revoke((await fetch(desk, dialog.service)).organization_id)
    await sync_service(desk, outbound, dialog.service.id)
    (grant,) = await rows(desk, Grant, col(Grant.service_id))
    waiting = await fetch(desk, upload)
    assert (grant.status, grant.revoked_at) == (GrantStatus.REVOKED, desk.clock())
    assert (waiting.waiting_code, waiting.added, waiting.failed) == ("CONSENT_WITHDRAWN", 0, 0)
    assert waiting.waiting_message
    assert await states(desk, dialog) == {SyncState.ADD_PENDING}
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.PENDING_PROVISIONING


async def test_consent_given_again_lets_the_sync_go_on(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A new invitation mends what was withdrawn, and its acceptance calls the sync."""
    dialog = await consented(desk, side, organization="Comes back")
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.revoke((await fetch(desk, dialog.service)).organization_id)
    await sync_service(desk, outbound, dialog.service.id)
    await accept(desk, side, await invite(desk, side, dialog.service), "Comes back")
    called = [name for name, _, _ in await jobs(desk)][-1]
    await sync_service(desk, outbound, dialog.service.id)
    ended = await fetch(desk, upload)
    assert called == "sync_service"
    assert (ended.status, ended.added, ended.waiting_code) == (UploadStatus.COMPLETED, 3, None)


async def test_a_refusal_of_old_tokens_does_not_revoke_a_newer_consent(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Consent is withdrawn and given again while a request with the old token is on its way."""
    dialog = await consented(desk, side, organization="Quick change")
    await submitted(desk, dialog, *fresh(3))
    organization = (await fetch(desk, dialog.service)).organization_id
    invitation = await invite(desk, side, dialog.service)
    # Held up behind the look at the token is the validation; the simulator sees whose it is when it is let go.
    await control_hub.fail(
        {"path_contains": "validateNumbers", "hang_s": 0.3, "when": "after", "status": 401, "times": 1}
    )
    run = asyncio.create_task(sync_service(desk, outbound, dialog.service.id))
    await until(lambda: control_hub.asked(organization, "POST", "validateNumbers"))
    await accept(desk, side, invitation, "Quick change")
    await run
    (grant,) = await rows(desk, Grant, col(Grant.service_id))
    assert grant.status is GrantStatus.ACTIVE


async def test_an_upload_says_that_it_waits_for_consent(
    desk: Desk, side: Hubside, outbound: Outbound, fresh: Fresh
) -> None:
    """Where there is no grant at all the upload stays SUBMITTED and says why."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(2))
    async with desk.begin() as transaction:
        (grant,) = (await transaction.session.scalars(select(Grant))).all()
        await transaction.session.delete(grant)
    await sync_service(desk, outbound, dialog.service.id)
    waiting = await fetch(desk, upload)
    assert (waiting.status, waiting.waiting_code) == (UploadStatus.SUBMITTED, "CONSENT_MISSING")
