"""After an upload was submitted: stopping it, trying again what failed, taking back what it added."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from controlhub.errors import HubRefused
from provisioning.desk import Desk
from provisioning.sync import plan
from provisioning.sync.record import begin_uploads, conclude
from provisioning.sync.run import Outbound, sync_service
from provisioning.uploads.after import retry_failed, roll_back, stop
from store import syncing
from store.lookup import Name
from store.tables import Number, Upload
from store.vocabulary import NumberStatus, ServiceStatus, SyncState
from tests.arrange import (
    Dialog,
    Hubside,
    announced,
    at,
    audited,
    by_hand,
    consented,
    fetch,
    jobs,
    numbers_of,
    provider,
    refused,
    removing,
    scope_of,
    seen_by,
    submitted,
    upload,
)
from tests.provisioning.administrator import SILENT, hub_id, order, organization_of, reckoned

Fresh = Callable[[int], list[str]]
POST = {"method": "POST", "path_contains": "/numbers", "times": 1}
AFTER = [stop, retry_failed, roll_back]
FORBIDDEN = HubRefused(403, "403", "Forbidden", "T-1")


@pytest.fixture
async def dialog(desk: Desk, side: Hubside) -> Dialog:
    """An Integrated service."""
    return await consented(desk, side)


async def sent(desk: Desk, dialog: Dialog, limit: int = 10) -> list[Number]:
    """Claim numbers as a worker does before it sends them."""
    async with desk.begin() as transaction:
        return await syncing.claim(transaction, dialog.service.id, SyncState.ADD_PENDING, limit, desk.clock())


def name(of: Upload) -> Name:
    """Name an upload."""
    return Name(id=of.id)


async def until_asked(control_hub: Any, organization: str, method: str = "POST", part: str = "/numbers") -> None:
    """Wait until a request has come to Control Hub."""
    async with asyncio.timeout(5):
        while not await control_hub.asked(organization, method, part):
            pass


async def test_an_upload_stopped_before_its_sync_sends_nothing(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """SUBMITTED: all of it is withdrawn, and the sync that was called has nothing to do."""
    made = await submitted(desk, dialog, *fresh(3))
    stopped = await stop(desk, name(made))
    await sync_service(desk, outbound, dialog.service.id)
    assert await reckoned(desk, made) == ("PARTIAL", 0, 0, 3)
    assert (stopped.stopped_at, stopped.ended_at) == (desk.clock(), desk.clock())
    assert await control_hub.story(await organization_of(desk, dialog)) == []
    assert (await audited(desk, made.id))[-1] == "UPLOAD_STOPPED"


async def test_what_a_stop_withdraws_is_free_for_another_tenant_at_once(
    desk: Desk, dialog: Dialog, fresh: Fresh
) -> None:
    """It was never sent, so that nobody has to wait for anything."""
    numbers, other = fresh(2), await by_hand(desk)
    await stop(desk, name(await submitted(desk, dialog, *numbers)))
    taken = await submitted(desk, other, *numbers)
    assert await reckoned(desk, taken) == ("COMPLETED", 2, 0, 0)


async def test_numbers_claimed_and_not_sent_when_it_stopped_are_withdrawn(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The request that is out is followed to its end; the worker's other numbers do not go."""
    numbers = fresh(30)
    made = await submitted(desk, dialog, *numbers)
    organization = await organization_of(desk, dialog)
    await control_hub.fail({**POST, "hang_s": 1.0, "when": "after", "path_contains": "/locations/"})
    run = asyncio.create_task(sync_service(desk, replace(outbound, workers=1), dialog.service.id))
    await until_asked(control_hub, organization)
    await stop(desk, name(made))
    in_between = await reckoned(desk, made)
    await run
    assert in_between == ("PARTIAL", 0, 0, 0)
    assert await reckoned(desk, made) == ("PARTIAL", 10, 0, 20)
    assert await control_hub.held(organization) == numbers[:10]


@pytest.mark.parametrize("ahead_s", [0, 60], ids=["one clock", "the worker's clock is ahead"])
async def test_numbers_in_flight_that_are_turned_away_are_withdrawn(
    desk: Desk, dialog: Dialog, fresh: Fresh, ahead_s: int
) -> None:
    """As by a 429: they wait again, and nobody wants them any more."""
    made = await submitted(desk, dialog, *fresh(3))
    await begin_uploads(desk, dialog.service.id)
    claimed = await sent(at(desk, desk.clock() + timedelta(seconds=ahead_s)), dialog, 2)
    await stop(desk, name(made))
    await conclude(desk, dialog.service.id, [*plan.unsent(claimed[:1]), *plan.done(claimed[1:])])
    assert await reckoned(desk, made) == ("PARTIAL", 1, 0, 2)
    assert {number.status for number in (await numbers_of(desk, dialog.service)).values()} == {
        NumberStatus.RELEASED,
        NumberStatus.ACTIVE,
    }


async def test_what_is_uncertain_when_it_stopped_is_read_back_and_not_sent_again(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Three were sent with an answer that got lost, two were not: each is what Control Hub says."""
    numbers = fresh(12)
    made = await submitted(desk, dialog, *numbers)
    lost = {**POST, "path_contains": "/locations/", "status": 502}
    await control_hub.fail({**lost, "when": "after", "body_contains": numbers[0]}, {**lost, "times": None}, SILENT)
    await sync_service(desk, replace(outbound, workers=2), dialog.service.id)
    await stop(desk, name(made))
    await control_hub.heal()
    organization = await organization_of(desk, dialog)
    before = await reckoned(desk, made)
    requests = len(await control_hub.asked(organization, "POST", "/numbers"))
    await sync_service(desk, outbound, dialog.service.id)
    assert before == ("PARTIAL", 0, 0, 0)
    assert await reckoned(desk, made) == ("PARTIAL", 10, 0, 2)
    assert len(await control_hub.asked(organization, "POST", "/numbers")) == requests
    assert await control_hub.held(organization) == numbers[:10]


async def test_stopping_is_told_and_so_is_what_comes_after(desk: Desk, dialog: Dialog, fresh: Fresh) -> None:
    """The transition once; then counts, as what is in flight is settled."""
    made = await submitted(desk, dialog, *fresh(3))
    await begin_uploads(desk, dialog.service.id)
    claimed = await sent(desk, dialog, 2)
    await stop(desk, name(made))
    await conclude(desk, dialog.service.id, plan.done(claimed))
    told = [step for step in await announced(desk, dialog.service) if step[0].startswith("UPLOAD")]
    assert told[-2:] == [("UPLOAD_STATUS", "SYNCING", "PARTIAL"), ("UPLOAD_COUNTS", "PARTIAL", "PARTIAL")]


async def test_a_stopped_upload_can_be_rolled_back(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """What got through before the stop comes off again."""
    numbers = fresh(3)
    made, organization = await submitted(desk, dialog, *numbers), await organization_of(desk, dialog)
    claimed = await sent(desk, dialog, 1)
    await stop(desk, name(made))
    await order(control_hub, "/_numbers/add", numbers=numbers[:1], location=await hub_id(desk, dialog))
    await conclude(desk, dialog.service.id, plan.done(claimed))
    await roll_back(desk, name(made))
    on_the_way = await reckoned(desk, made)
    await sync_service(desk, outbound, dialog.service.id)
    assert on_the_way == ("ROLLING_BACK", 1, 0, 2)
    assert await reckoned(desk, made) == ("ROLLED_BACK", 0, 0, 3)
    assert await control_hub.held(organization) == []


async def test_what_failed_of_a_stopped_upload_can_be_tried_again(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """What was withdrawn stays withdrawn, and the end says so."""
    numbers = fresh(3)
    made = await submitted(desk, dialog, *numbers)
    await begin_uploads(desk, dialog.service.id)
    claimed = await sent(desk, dialog, 1)
    await stop(desk, name(made))
    await conclude(desk, dialog.service.id, plan.undeliverable(claimed, FORBIDDEN))
    stopped = await reckoned(desk, made)
    retried = await retry_failed(desk, name(made))
    await sync_service(desk, outbound, dialog.service.id)
    assert stopped == ("PARTIAL", 0, 1, 2)
    assert (retried.status.value, retried.stopped_at, retried.ended_at) == ("SYNCING", None, None)
    assert await reckoned(desk, made) == ("PARTIAL", 1, 0, 2)
    assert await control_hub.held(await organization_of(desk, dialog)) == numbers[:1]


async def test_what_failed_for_a_reason_that_has_passed_is_sent_again(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """403 for the location, then not any more: FAILED becomes COMPLETED, and the reason is forgotten."""
    numbers = fresh(3)
    made = await submitted(desk, dialog, *numbers)
    await control_hub.fail({**POST, "path_contains": "/locations/", "status": 403})
    await sync_service(desk, outbound, dialog.service.id)
    failed = await reckoned(desk, made)
    await retry_failed(desk, name(made))
    again = await reckoned(desk, made)
    await sync_service(desk, outbound, dialog.service.id)
    assert [failed, again] == [("FAILED", 0, 3, 0), ("SYNCING", 0, 0, 0)]
    assert await reckoned(desk, made) == ("COMPLETED", 3, 0, 0)
    assert {n.error_code for n in (await numbers_of(desk, dialog.service)).values()} == {None}
    assert await control_hub.held(await organization_of(desk, dialog)) == numbers
    assert (await audited(desk, made.id))[-2:] == ["FAILED_NUMBERS_TRIED_AGAIN", "UPLOAD_ENDED"]


async def test_a_retry_calls_a_sync_and_tells(desk: Desk, dialog: Dialog, fresh: Fresh) -> None:
    """In the same transaction as the change."""
    made = await submitted(desk, dialog, *fresh(1))
    await begin_uploads(desk, dialog.service.id)
    await conclude(desk, dialog.service.id, plan.undeliverable(await sent(desk, dialog), FORBIDDEN))
    before = len(await jobs(desk))
    await retry_failed(desk, name(made))
    assert [job[0] for job in await jobs(desk)][before:] == ["sync_service"]
    assert (await announced(desk, dialog.service))[-1] == ("UPLOAD_STATUS", "FAILED", "SYNCING")


@pytest.mark.parametrize(("still", "end"), [(0, ("PARTIAL", 2, 1, 0)), (1, ("FAILED", 0, 3, 0))])
async def test_a_retry_sends_only_what_may_succeed_and_ends_truly(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh, still: int, end: tuple[Any, ...]
) -> None:
    """One was rejected for good; the two others failed for a reason that passed, or did not."""
    numbers = fresh(3)
    made = await submitted(desk, dialog, *numbers)
    said = {"errorType": "INVALID_NUMBER", "errorCode": "8362", "errorMessage": "Not valid."}
    no = {
        **POST,
        "path_contains": "validateNumbers",
        "status": 400,
        "body": [{"errors": [{"number": numbers[0], **said}]}],
    }
    forbidden = {**POST, "path_contains": "/locations/", "status": 403, "times": 1 + still}
    await control_hub.fail(no, forbidden)
    await sync_service(desk, outbound, dialog.service.id)
    await retry_failed(desk, name(made))
    await sync_service(desk, outbound, dialog.service.id)
    sends = await control_hub.asked(await organization_of(desk, dialog), "POST", "/numbers")
    assert [send["numbers"] for send in sends] == [numbers[1:]] * 2
    assert await reckoned(desk, made) == end


async def test_a_rejected_number_is_not_tried_again_and_is_anybodys(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """With nothing else to retry there is nothing to retry; the number is not in another tenant's way."""
    numbers, other = fresh(1), await by_hand(desk)
    made = await submitted(desk, dialog, *numbers)
    said = {"errorType": "INVALID_NUMBER", "errorCode": "8362", "errorMessage": "Not valid."}
    await control_hub.fail({**POST, "status": 400, "body": [{"errors": [{"number": numbers[0], **said}]}]})
    await sync_service(desk, outbound, dialog.service.id)
    assert await refused(desk, retry_failed(desk, name(made))) == [("NOTHING_TO_RETRY", ("upload",))]
    assert await reckoned(desk, await submitted(desk, other, *numbers)) == ("COMPLETED", 1, 0, 0)


@pytest.mark.parametrize("act", AFTER)
async def test_a_draft_is_neither_stopped_nor_retried_nor_rolled_back(desk: Desk, dialog: Dialog, act: Any) -> None:
    """Nothing was sent."""
    made = await upload(desk, dialog, "+12125550100")
    assert await refused(desk, act(desk, name(made))) == [("STATE_FORBIDS", ("upload",))]


@pytest.mark.parametrize("act", AFTER)
async def test_an_upload_of_another_tenant_does_not_exist(desk: Desk, act: Any) -> None:
    """Whatever its state."""
    made = await submitted(desk, await by_hand(desk), "+12125550100")
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    assert await refused(desk, act(stranger, Name(id=made.id, path=("upload",)))) == [("NOT_FOUND", ("upload",))]


async def test_nothing_is_sent_again_for_a_service_in_removal(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """It would wait for ever: no sync serves such a service."""
    made = await submitted(desk, dialog, *fresh(1))
    await control_hub.fail({**POST, "path_contains": "/locations/", "status": 403})
    await sync_service(desk, outbound, dialog.service.id)
    await removing(desk, dialog.service)
    assert await refused(desk, retry_failed(desk, name(made))) == [("SERVICE_REMOVING", ("upload",))]


async def test_a_roll_back_of_one_upload_leaves_the_other_untouched(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Same service, same location."""
    mine, others = fresh(7), fresh(3)
    wrong, right = await submitted(desk, dialog, *mine), await submitted(desk, dialog, *others)
    await sync_service(desk, outbound, dialog.service.id)
    untouched = await fetch(desk, right)
    await roll_back(desk, name(wrong))
    on_the_way = await reckoned(desk, wrong)
    await sync_service(desk, outbound, dialog.service.id)
    found = await numbers_of(desk, dialog.service)
    assert on_the_way == ("ROLLING_BACK", 7, 0, 0)
    assert await reckoned(desk, wrong) == ("ROLLED_BACK", 0, 0, 7)
    assert {found[e164].status for e164 in mine} == {NumberStatus.RELEASED}
    assert {found[e164].released_at for e164 in mine} == {desk.clock()}
    assert await fetch(desk, right) == untouched
    assert await control_hub.held(await organization_of(desk, dialog)) == others
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.READY
    assert (await audited(desk, wrong.id))[-2:] == ["ROLL_BACK_BEGUN", "UPLOAD_ROLLED_BACK"]


async def test_numbers_rolled_back_can_be_uploaded_by_another_tenant_at_once(
    desk: Desk, side: Hubside, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """They do not cool: Control Hub has them for the right customer within minutes."""
    numbers, other = fresh(3), await consented(desk, side)
    wrong = await submitted(desk, dialog, *numbers)
    await sync_service(desk, outbound, dialog.service.id)
    await roll_back(desk, name(wrong))
    await sync_service(desk, outbound, dialog.service.id)
    right = await submitted(desk, other, *numbers)
    await sync_service(desk, outbound, other.service.id)
    assert await reckoned(desk, right) == ("COMPLETED", 3, 0, 0)
    assert await control_hub.held(await organization_of(desk, other)) == numbers
    assert await control_hub.held(await organization_of(desk, dialog)) == []


async def test_the_last_number_gone_takes_the_service_back_to_pending_provisioning(
    desk: Desk, dialog: Dialog, outbound: Outbound, fresh: Fresh
) -> None:
    """With its event and its audit record; before that it stays READY."""
    made = await submitted(desk, dialog, *fresh(6))
    await sync_service(desk, outbound, dialog.service.id)
    await roll_back(desk, name(made))
    meanwhile = (await fetch(desk, dialog.service)).status
    await sync_service(desk, outbound, dialog.service.id)
    changes = [step for step in await announced(desk, dialog.service) if step[0] == "SERVICE_STATUS"]
    assert meanwhile is ServiceStatus.READY
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.PENDING_PROVISIONING
    assert changes[-2:] == [
        ("SERVICE_STATUS", "PENDING_PROVISIONING", "READY"),
        ("SERVICE_STATUS", "READY", "PENDING_PROVISIONING"),
    ]
    assert (await audited(desk, dialog.service.id))[-1] == "LAST_NUMBER_GONE"


async def test_numbers_of_a_non_integrated_service_are_free_at_once(desk: Desk, fresh: Fresh) -> None:
    """No job, no waiting: nobody but the customer has anything to do."""
    dialog, other, numbers = await by_hand(desk), await by_hand(desk), fresh(3)
    made = await submitted(desk, dialog, *numbers)
    before = await jobs(desk)
    ended = await roll_back(desk, name(made))
    assert await reckoned(desk, made) == ("ROLLED_BACK", 0, 0, 3)
    assert ended.ended_at == desk.clock()
    assert await jobs(desk) == before
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.PENDING_PROVISIONING
    assert await reckoned(desk, await submitted(desk, other, *numbers)) == ("COMPLETED", 3, 0, 0)
    steps = [step for step in await announced(desk, dialog.service) if step[0] == "UPLOAD_STATUS"]
    assert [step[1:] for step in steps[-2:]] == [("COMPLETED", "ROLLING_BACK"), ("ROLLING_BACK", "ROLLED_BACK")]


async def test_numbers_on_their_way_have_to_be_settled_before_they_are_taken_back(
    desk: Desk, dialog: Dialog, fresh: Fresh
) -> None:
    """What became of them is not known yet."""
    made = await submitted(desk, dialog, *fresh(3))
    await sent(desk, dialog, 2)
    await stop(desk, name(made))
    assert await refused(desk, roll_back(desk, name(made))) == [("NUMBERS_ON_THEIR_WAY", ("upload",))]


async def test_what_was_rolled_back_is_not_rolled_back_again(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A second request is refused, and a second run of the sync does nothing."""
    made = await submitted(desk, dialog, *fresh(3))
    await sync_service(desk, outbound, dialog.service.id)
    await roll_back(desk, name(made))
    hurried = await refused(desk, roll_back(desk, name(made)))
    await sync_service(desk, outbound, dialog.service.id)
    organization = await organization_of(desk, dialog)
    before = (await control_hub.story(organization), await announced(desk, dialog.service))
    await sync_service(desk, outbound, dialog.service.id)
    assert hurried == await refused(desk, roll_back(desk, name(made))) == [("STATE_FORBIDS", ("upload",))]
    assert (await control_hub.story(organization), await announced(desk, dialog.service)) == before
    assert await reckoned(desk, made) == ("ROLLED_BACK", 0, 0, 3)


async def test_numbers_that_never_arrived_go_without_a_request(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A FAILED upload: Control Hub has none of them, so that it is not asked to remove any."""
    made = await submitted(desk, dialog, *fresh(3))
    await control_hub.fail({**POST, "path_contains": "/locations/", "status": 403})
    await sync_service(desk, outbound, dialog.service.id)
    await roll_back(desk, name(made))
    await sync_service(desk, outbound, dialog.service.id)
    assert await reckoned(desk, made) == ("ROLLED_BACK", 0, 0, 3)
    assert await control_hub.asked(await organization_of(desk, dialog), "DELETE", "/numbers") == []


async def test_a_number_that_another_upload_has_now_is_left_to_it(
    desk: Desk, dialog: Dialog, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Rejected in the first upload, added by the second one: rolling back the first does not touch it."""
    first, second = fresh(2)
    made = await submitted(desk, dialog, first, second)
    said = {"errorType": "INVALID_NUMBER", "errorCode": "8362", "errorMessage": "Not valid."}
    no = {"path_contains": "validateNumbers", "status": 400, "body": [{"errors": [{"number": first, **said}]}]}
    await control_hub.fail({**no, "times": 1})
    await sync_service(desk, outbound, dialog.service.id)
    later = await submitted(desk, dialog, first)
    await sync_service(desk, outbound, dialog.service.id)
    await roll_back(desk, name(made))
    await sync_service(desk, outbound, dialog.service.id)
    organization = await organization_of(desk, dialog)
    deletes = await control_hub.asked(organization, "DELETE", "/numbers")
    assert await reckoned(desk, made) == ("ROLLED_BACK", 0, 1, 1)
    assert await reckoned(desk, later) == ("COMPLETED", 1, 0, 0)
    assert [request["numbers"] for request in deletes] == [[second]]
    assert await control_hub.held(organization) == [first]
