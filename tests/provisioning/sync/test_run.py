"""A sync against the simulator over HTTP, on a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from provisioning.consent import access_token
from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.plan import MOST_ATTEMPTS
from provisioning.sync.rests import RESTS_S
from provisioning.sync.run import sync_service
from store import syncing
from store.tables import Event, Grant, Location, Service
from store.vocabulary import GrantStatus, NumberStatus, ServiceStatus, SyncState, UploadStatus
from tests.arrange import (
    Dialog,
    Hubside,
    accept,
    announced,
    audited,
    consented,
    fetch,
    invite,
    jobs,
    numbers_of,
    removing,
    rows,
    span,
    submitted,
)

Fresh = Callable[[int], list[str]]
GONE_ASTRAY = {"method": "POST", "path_contains": "/numbers", "status": 502, "times": 1}


async def states(desk: Desk, dialog: Dialog) -> set[SyncState]:
    """Return the sync states of the service's numbers."""
    return {number.sync_state for number in (await numbers_of(desk, dialog.service)).values()}


async def put_by_hand(
    desk: Desk, side: Hubside, address: str, dialog: Dialog, numbers: list[str], site: str = "New York"
) -> None:
    """Add numbers to a location as the customer's administrator might."""
    token = await access_token(desk, side.hub, side.vault, dialog.service.id)
    places = await rows(desk, Location, col(Location.id), col(Location.service_id) == dialog.service.id)
    hub_id = next(place.hub_id for place in places if place.name == site)
    answer = await side.http.post(
        f"{address}/v1/telephony/config/locations/{hub_id}/numbers",
        json={"phoneNumbers": numbers},
        headers={"Authorization": f"Bearer {token}"},
    )
    answer.raise_for_status()


async def until(found: Callable[[], Awaitable[list[Any]]]) -> None:
    """Ask until there is something."""
    async with asyncio.timeout(5):
        while not await found():
            pass


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


async def test_a_number_whose_answer_got_lost_is_found_and_not_sent_again(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """502 after the effect: the read-back tells."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.fail({**GONE_ASTRAY, "when": "after"})
    await sync_service(desk, outbound, dialog.service.id)
    organization = (await fetch(desk, dialog.service)).organization_id
    assert await control_hub.story(organization) == [("POST", 502), ("GET", 200)]
    assert (await fetch(desk, upload)).status is UploadStatus.COMPLETED


async def test_a_number_that_was_not_done_is_sent_again_after_a_look(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """502 before the effect: read first, then sent again."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.fail({**GONE_ASTRAY, "when": "before"})
    await sync_service(desk, outbound, dialog.service.id)
    organization = (await fetch(desk, dialog.service)).organization_id
    assert await control_hub.story(organization) == [("POST", 502), ("GET", 200), ("POST", 201)]
    assert (await fetch(desk, upload)).added == 3


async def test_a_dropped_connection_is_like_any_lost_answer(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The connection breaks after the effect."""
    dialog, drop = await consented(desk, side), {**GONE_ASTRAY, "when": "after", "status": None, "drop": True}
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.fail(drop)
    await sync_service(desk, outbound, dialog.service.id)
    organization = (await fetch(desk, dialog.service)).organization_id
    assert await control_hub.story(organization) == [("POST", None), ("GET", 200)]
    assert (await fetch(desk, upload)).added == 3


async def test_what_cannot_be_read_back_stays_uncertain_and_is_looked_for_before_it_is_sent(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The answer is lost and the read-back fails too: nothing is guessed, and the next run reads first."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(3))
    silence = {"method": "GET", "path_contains": "/telephony/config/numbers", "status": 503}
    await control_hub.fail({**GONE_ASTRAY, "when": "after"}, silence)
    await sync_service(desk, outbound, dialog.service.id)
    unclear = await states(desk, dialog)
    await control_hub.heal()
    await sync_service(desk, outbound, dialog.service.id)
    organization = (await fetch(desk, dialog.service)).organization_id
    assert unclear == {SyncState.UNCERTAIN}
    assert [method for method, _ in await control_hub.story(organization)].count("POST") == 1
    assert (await fetch(desk, upload)).status is UploadStatus.COMPLETED


@pytest.mark.parametrize("arrived", [True, False], ids=["done before the end", "not done"])
async def test_a_process_that_died_between_sending_and_recording_loses_and_repeats_nothing(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh, *, arrived: bool
) -> None:
    """Numbers left IN_PROGRESS are looked for before anything is sent."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    organization = (await fetch(desk, dialog.service)).organization_id
    async with desk.begin() as transaction:
        await syncing.claim(transaction, dialog.service.id, SyncState.ADD_PENDING, 3, desk.clock())
    if arrived:
        await put_by_hand(desk, side, control_hub.address, dialog, numbers)
    story_so_far = len(await control_hub.story(organization))
    await sync_service(desk, outbound, dialog.service.id)
    told = (await control_hub.story(organization))[story_so_far:]
    assert told == ([("GET", 200)] if arrived else [("GET", 200), ("POST", 201)])
    assert (await fetch(desk, upload)).added == 3


async def test_a_number_at_another_location_is_rejected_with_the_reason(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The organization has it elsewhere: refused for good, and the others go."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    await put_by_hand(desk, side, control_hub.address, dialog, numbers[:1], "Munich")
    await sync_service(desk, outbound, dialog.service.id)
    found, ended = await numbers_of(desk, dialog.service), await fetch(desk, upload)
    assert (found[numbers[0]].status, found[numbers[0]].sync_state) == (NumberStatus.REJECTED, SyncState.FAILED)
    assert found[numbers[0]].error_code == "IN_OTHER_LOCATION"
    assert [found[e164].sync_state for e164 in numbers[1:]] == [SyncState.SYNCED, SyncState.SYNCED]
    assert (ended.status, ended.added, ended.failed) == (UploadStatus.PARTIAL, 2, 1)


async def test_a_number_of_another_organization_is_rejected_with_control_hubs_own_reason(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Control Hub says that it is not available; whose it is nobody learns."""
    dialog, other, numbers = await consented(desk, side), await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    await put_by_hand(desk, side, control_hub.address, other, numbers[1:2])
    await sync_service(desk, outbound, dialog.service.id)
    found, ended = await numbers_of(desk, dialog.service), await fetch(desk, upload)
    assert (found[numbers[1]].status, found[numbers[1]].error_code) == (NumberStatus.REJECTED, "8361")
    assert found[numbers[1]].error_message
    assert (ended.status, ended.added, ended.failed) == (UploadStatus.PARTIAL, 2, 1)


async def test_an_upload_of_which_nothing_is_taken_has_failed(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """And the service is not Ready."""
    dialog, other, numbers = await consented(desk, side), await consented(desk, side), fresh(2)
    upload = await submitted(desk, dialog, *numbers)
    await put_by_hand(desk, side, control_hub.address, other, numbers)
    await sync_service(desk, outbound, dialog.service.id)
    assert (await fetch(desk, upload)).status is UploadStatus.FAILED
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.PENDING_PROVISIONING


async def test_a_number_taken_between_validation_and_adding_spoils_only_itself(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """409 for the whole request: each number then goes alone, and the one in use is refused."""
    dialog, other, numbers = await consented(desk, side), await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    await put_by_hand(desk, side, control_hub.address, other, numbers[:1])
    blind = {"status": 200, "body": {"status": "OK", "phoneNumbers": []}}
    await control_hub.fail({"method": "POST", "path_contains": "validateNumbers", **blind})
    await sync_service(desk, outbound, dialog.service.id)
    found, ended = await numbers_of(desk, dialog.service), await fetch(desk, upload)
    assert found[numbers[0]].status is NumberStatus.REJECTED
    assert (ended.status, ended.added, ended.failed) == (UploadStatus.PARTIAL, 2, 1)
    assert await control_hub.held((await fetch(desk, dialog.service)).organization_id) == numbers[1:]


OBJECTION = {"errorType": "INVALID_NUMBER", "errorCode": "8362", "errorMessage": "Number is not valid."}


async def test_an_objection_to_one_number_of_a_request_is_kept_with_that_number(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A 400 that is a list, and nothing was added: the one is refused, the others are sent again."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    said = [{"errors": [{"number": numbers[2], **OBJECTION}]}]
    await control_hub.fail({**GONE_ASTRAY, "status": 400, "body": said})
    await sync_service(desk, outbound, dialog.service.id)
    refused, ended = (await numbers_of(desk, dialog.service))[numbers[2]], await fetch(desk, upload)
    assert (refused.status, refused.error_code) == (NumberStatus.REJECTED, "8362")
    assert (refused.error_message, refused.error_retryable) == ("Number is not valid.", False)
    assert (refused.error_tracking_id or "").startswith("SIMULATOR_")
    assert (ended.status, ended.added, ended.failed) == (UploadStatus.PARTIAL, 2, 1)
    assert await control_hub.held((await fetch(desk, dialog.service)).organization_id) == numbers[:2]


async def test_what_was_added_beside_a_refused_number_is_not_sent_again(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The same list after the others had been added: the read-back tells, whatever the answer suggests."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    said = [{"errors": [{"number": "+12129999999", **OBJECTION}]}]
    await control_hub.fail({**GONE_ASTRAY, "status": 400, "body": said, "when": "after"})
    await sync_service(desk, outbound, dialog.service.id)
    story = await control_hub.story((await fetch(desk, dialog.service)).organization_id)
    assert story == [("POST", 400), ("GET", 200)]
    assert (await fetch(desk, upload)).added == 3


async def test_objections_that_validation_gives_as_a_refusal_are_objections(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A list with 400 in place of states: the number is refused, and the sync goes on."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    said = [{"errors": [{"number": numbers[0], **OBJECTION}]}]
    await control_hub.fail({"path_contains": "validateNumbers", "status": 400, "body": said, "times": 1})
    await sync_service(desk, outbound, dialog.service.id)
    ended = await fetch(desk, upload)
    assert (ended.status, ended.added, ended.failed) == (UploadStatus.PARTIAL, 2, 1)


async def test_a_control_hub_that_refuses_to_validate_does_not_stop_the_sync(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Its opinion is asked for beforehand; adding tells as well."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.fail({"path_contains": "validateNumbers", "status": 403})
    await sync_service(desk, outbound, dialog.service.id)
    assert (await fetch(desk, upload)).status is UploadStatus.COMPLETED


async def test_a_refusal_that_is_not_about_the_numbers_leaves_them_to_be_retried(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """403 for the location: they failed, stay the service's, and can be retried."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    await control_hub.fail({**GONE_ASTRAY, "status": 403})
    await sync_service(desk, outbound, dialog.service.id)
    found = (await numbers_of(desk, dialog.service)).values()
    assert {(n.status, n.sync_state, n.error_code, n.error_retryable) for n in found} == {
        (NumberStatus.ACTIVE, SyncState.FAILED, "403", True)
    }
    assert (await fetch(desk, upload)).status is UploadStatus.FAILED


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


async def test_only_real_attempts_count_against_a_number(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """What Control Hub turned away unseen was no attempt, however often it happened."""
    dialog, busy = await consented(desk, side), {"path_contains": "validateNumbers", "status": 429, "retry_after": 0}
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.fail(busy)
    for _ in range(MOST_ATTEMPTS):
        await sync_service(desk, outbound, dialog.service.id)
    await control_hub.fail({**GONE_ASTRAY, "when": "before"})
    await sync_service(desk, outbound, dialog.service.id)
    assert (await fetch(desk, upload)).status is UploadStatus.COMPLETED


async def test_a_number_that_is_never_taken_is_given_up_and_can_be_retried(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """After so many sends without effect and without reason, people decide."""
    dialog, numbers = await consented(desk, side), fresh(1)
    upload = await submitted(desk, dialog, *numbers)
    await control_hub.fail({**GONE_ASTRAY, "when": "before", "times": None})
    for _ in range(MOST_ATTEMPTS):
        await sync_service(desk, outbound, dialog.service.id)
    organization = (await fetch(desk, dialog.service)).organization_id
    given_up = (await numbers_of(desk, dialog.service))[numbers[0]]
    assert len(await control_hub.asked(organization, "POST", "/numbers")) == MOST_ATTEMPTS
    assert (given_up.sync_state, given_up.error_code) == (SyncState.FAILED, "NOT_TAKEN")
    assert (given_up.status, given_up.error_retryable) == (NumberStatus.ACTIVE, True)
    assert (await fetch(desk, upload)).status is UploadStatus.FAILED


async def test_a_location_that_is_gone_does_not_stop_the_others(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Control Hub refuses to read back a location with uncertain numbers: these fail, the rest goes."""
    dialog = await consented(desk, side)
    lost = await submitted(desk, dialog, *fresh(2))
    async with desk.begin() as transaction:
        await syncing.claim(transaction, dialog.service.id, SyncState.ADD_PENDING, 2, desk.clock())
    await control_hub.fail({"method": "GET", "path_contains": "/telephony/config/numbers", "status": 404, "times": 1})
    going = await submitted(desk, dialog, *fresh(2))
    await sync_service(desk, outbound, dialog.service.id)
    assert [(await fetch(desk, u)).status for u in (lost, going)] == [UploadStatus.FAILED, UploadStatus.COMPLETED]


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
