"""A sync that does not learn what became of what it sent: it looks before it sends anything again."""

from collections.abc import Callable
from typing import Any

import pytest

from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.plan import MOST_ATTEMPTS
from provisioning.sync.run import sync_service
from store import syncing
from store.vocabulary import NumberStatus, SyncState, UploadStatus
from tests.arrange import Hubside, consented, fetch, numbers_of, submitted
from tests.provisioning.administrator import GONE_ASTRAY, put_by_hand
from tests.provisioning.sync.accounts import states

Fresh = Callable[[int], list[str]]


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
