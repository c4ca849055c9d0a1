"""Submitting an upload."""

import asyncio

import pytest
from sqlalchemy import update

from provisioning.desk import Desk
from provisioning.uploads.submit import submit
from store.lookup import Name
from store.tables import Location, Number
from store.vocabulary import (
    ErrorPolicy,
    NumberSource,
    NumberStatus,
    NumberType,
    ServiceKind,
    ServiceStatus,
    SyncState,
    UploadStatus,
    WebexPhoneType,
)
from tests.arrange import (
    Dialog,
    Hubside,
    announced,
    audited,
    by_hand,
    consented,
    count,
    entries_of,
    fetch,
    figures,
    imported,
    jobs,
    judged,
    numbers_of,
    parts_of,
    provider,
    refused,
    removing,
    scope_of,
    seen_by,
    span,
    submitted,
    upload,
)

ALL_OR_NOTHING = ErrorPolicy.REJECT_EVERYTHING
WHY = frozenset({"event"})
"""Where a refused submit leaves its reason: the entries and the counts change, and subscribers are told."""


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service in New York."""
    return await by_hand(desk)


async def test_non_integrated_numbers_are_stored_and_wait_for_the_customer(desk: Desk, dialog: Dialog) -> None:
    """The upload is over at once, the service READY, and nobody syncs."""
    made = await submitted(desk, dialog, span("+12125550100", "+12125550104"))
    found = await numbers_of(desk, dialog.service)
    assert list(found) == [f"+1212555010{index}" for index in range(5)]
    assert {(n.status, n.sync_state) for n in found.values()} == {(NumberStatus.ACTIVE, SyncState.MANUAL_PENDING)}
    assert (made.status, made.submitted, made.added, made.ended_at) == (UploadStatus.COMPLETED, 5, 5, desk.clock())
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.READY
    assert await jobs(desk) == []


async def test_integrated_numbers_wait_for_the_sync_that_is_called_with_them(desk: Desk, side: Hubside) -> None:
    """Nothing is Ready before Control Hub has confirmed a number."""
    dialog = await consented(desk, side)
    made = await submitted(desk, dialog, "+12125550100")
    (found,) = (await numbers_of(desk, dialog.service)).values()
    service = await fetch(desk, dialog.service)
    assert (found.sync_state, found.phone_type.value) == (SyncState.ADD_PENDING, "DID")
    assert (made.status, made.submitted, made.added, made.ended_at) == (UploadStatus.SUBMITTED, 1, 0, None)
    assert service.status is ServiceStatus.PENDING_PROVISIONING
    assert (await jobs(desk))[-1] == ("sync_service", f"organization:{service.organization_id}", None)


async def test_a_number_carries_the_header_of_its_upload(desk: Desk, dialog: Dialog) -> None:
    """And is taken apart."""
    header = {"number_type": NumberType.SERVICE, "cac": 30, "service_info": "IVR"}
    made = await submitted(desk, dialog, "+12125550100", **header)
    (found,) = (await numbers_of(desk, dialog.service)).values()
    assert (found.type, found.cac, found.service_info, found.source) == (
        NumberType.SERVICE,
        30,
        "IVR",
        NumberSource.ENTRY,
    )
    assert (found.calling_code, found.area_code, found.subscriber_number) == ("1", "212", "5550100")
    assert (found.upload_id, found.location_id, found.sip_connection_id) == (
        made.id,
        dialog.location.id,
        dialog.connection.id,
    )
    assert found.ownership() == dialog.service.ownership()


async def test_a_row_brings_its_own_phone_type(desk: Desk, side: Hubside) -> None:
    """Instead of the header's; where it is silent, the header's."""
    dialog = await consented(desk, side)
    draft = await upload(desk, dialog)
    await imported(desk, draft, "Number,Phone Type\n+12125550100,TollFree\n+12125550101,\n+12125550102,Landline\n")
    await submit(desk, Name(id=draft.id))
    found = (await numbers_of(desk, dialog.service)).values()
    assert [number.phone_type for number in found] == [WebexPhoneType.TOLLFREE, WebexPhoneType.DID]


async def test_rows_for_a_cx_service_are_held_to_its_one_type(desk: Desk) -> None:
    """Whatever CAC value they bring."""
    cx = await by_hand(desk, kind=ServiceKind.CX)
    draft = await upload(desk, cx)
    content = "Number,Number Type,CAC\n+12125550100,,5\n+12125550101,User,\n+12125550102,Contact Center,\n"
    await imported(desk, draft, content)
    await submit(desk, Name(id=draft.id))
    assert [entry.code for entry in await entries_of(desk, draft)] == [None, "NUMBER_TYPE_NOT_OFFERED", None]
    assert [number.cac for number in (await numbers_of(desk, cx.service)).values()] == [5, None]


async def test_a_cx_service_takes_contact_center_numbers(desk: Desk) -> None:
    """Always by hand."""
    cx = await by_hand(desk, kind=ServiceKind.CX)
    await submitted(desk, cx, "+12125550100")
    (found,) = (await numbers_of(desk, cx.service)).values()
    assert (found.type, found.cac) == (NumberType.CONTACT_CENTER, None)


async def test_a_range_across_area_codes_gets_the_right_parts(desk: Desk) -> None:
    """Each number by its own area code."""
    milan = await by_hand(desk, country="IT")
    await submitted(desk, milan, span("+390299999998", "+390300000001"))
    found = (await numbers_of(desk, milan.service)).values()
    assert [(n.e164, n.area_code, n.subscriber_number) for n in found] == [
        ("+390299999998", "02", "99999998"),
        ("+390299999999", "02", "99999999"),
        ("+390300000000", "030", "0000000"),
        ("+390300000001", "030", "0000001"),
    ]


async def test_the_valid_rows_go_and_the_invalid_ones_stay_behind(desk: Desk, dialog: Dialog) -> None:
    """The default policy."""
    made = await submitted(desk, dialog, "+12125550100", "nonsense", "+390612345678")
    assert list(await numbers_of(desk, dialog.service)) == ["+12125550100"]
    assert (made.error_policy, made.valid, made.invalid) == (ErrorPolicy.IGNORE_FAILED, 1, 2)
    assert made.status is UploadStatus.COMPLETED


async def test_nothing_goes_unless_everything_is_valid_where_that_is_asked_for(desk: Desk, dialog: Dialog) -> None:
    """And nothing at all is changed by the refusal."""
    filled = await upload(desk, dialog, "+12125550100", "nonsense")
    attempt = submit(desk, Name(id=filled.id), ALL_OR_NOTHING)
    assert await refused(desk, attempt) == [("INVALID_ENTRIES", ("upload",))]
    assert (await fetch(desk, filled)).status is UploadStatus.DRAFT
    good = await judged(desk, dialog, "+12125550100")
    assert (await submit(desk, Name(id=good.id), ALL_OR_NOTHING)).error_policy is ALL_OR_NOTHING


async def test_submitting_is_on_record_and_subscribers_hear_of_it(desk: Desk, dialog: Dialog) -> None:
    """Every step, the service's last."""
    made = await submitted(desk, dialog, "+12125550100")
    assert (await announced(desk, dialog.service))[1:] == [
        ("UPLOAD_COUNTS", "DRAFT", "DRAFT"),
        ("UPLOAD_STATUS", "DRAFT", "SUBMITTED"),
        ("UPLOAD_STATUS", "SUBMITTED", "COMPLETED"),
        ("SERVICE_STATUS", "PENDING_PROVISIONING", "READY"),
    ]
    assert (await audited(desk, made.id))[-1] == "UPLOAD_SUBMITTED"


async def test_a_second_upload_leaves_a_ready_service_ready(desk: Desk, dialog: Dialog) -> None:
    """There is one transition, not one for every upload."""
    await submitted(desk, dialog, "+12125550100")
    await submitted(desk, dialog, "+12125550101")
    told = await announced(desk, dialog.service)
    assert [step[0] for step in told].count("SERVICE_STATUS") == 2


async def test_a_number_lost_between_verdict_and_submit_is_refused_like_any_other(desk: Desk, dialog: Dialog) -> None:
    """Another upload took a part of a range that had been valid."""
    other = await by_hand(desk)
    made = await judged(desk, dialog, span("+12125550100", "+12125550109"))
    await submitted(desk, other, span("+12125550103", "+12125550104"))
    ended = await submit(desk, Name(id=made.id))
    kept = [(e.first, e.last, e.code) for e in await entries_of(desk, made)]
    assert kept == [
        ("+12125550100", "+12125550102", None),
        ("+12125550103", "+12125550104", "TAKEN"),
        ("+12125550105", "+12125550109", None),
    ]
    assert len(await numbers_of(desk, dialog.service)) == 8
    assert (ended.status, ended.total, ended.valid, ended.invalid) == (UploadStatus.PARTIAL, 10, 8, 2)
    assert (ended.submitted, ended.added) == (8, 8)


async def test_a_number_lost_to_another_upload_of_the_same_service_is_told_so(desk: Desk, dialog: Dialog) -> None:
    """It is here already; there is nothing to do."""
    made = await judged(desk, dialog, "+12125550100", "+12125550101")
    await submitted(desk, dialog, "+12125550100")
    await submit(desk, Name(id=made.id))
    assert [entry.code for entry in await entries_of(desk, made)] == ["ALREADY_ON_SERVICE", None]


async def test_an_upload_that_lost_all_its_numbers_is_refused(desk: Desk, dialog: Dialog) -> None:
    """There is nothing left to submit."""
    other = await by_hand(desk)
    made = await judged(desk, dialog, "+12125550100")
    await submitted(desk, other, "+12125550100")
    assert await refused(desk, submit(desk, Name(id=made.id)), told=WHY) == [("NOTHING_VALID", ("upload",))]


async def test_a_lost_number_counts_as_invalid_under_all_or_nothing(desk: Desk, dialog: Dialog) -> None:
    """Then nothing goes, and the entries say which one it was."""
    other = await by_hand(desk)
    made = await judged(desk, dialog, "+12125550100", "+12125550101")
    await submitted(desk, other, "+12125550100")
    attempt = submit(desk, Name(id=made.id), ALL_OR_NOTHING)
    assert await refused(desk, attempt, told=WHY) == [("INVALID_ENTRIES", ("upload",))]
    assert await count(desk, Number) == 1
    assert [code for *_, code in await parts_of(desk, made)] == ["TAKEN", None]
    assert figures(await fetch(desk, made)) == (0, 2, 1, 1, 0)


async def test_two_uploads_submitted_at_once_share_the_numbers_between_them(desk: Desk, dialog: Dialog) -> None:
    """Each number has one owner, and the counts of both are right."""
    other = await by_hand(desk)
    racing = [await judged(desk, of, span("+12125550100", "+12125550199")) for of in (dialog, other)]
    await asyncio.gather(*(submit(desk, Name(id=of.id)) for of in racing), return_exceptions=True)
    ended = [await fetch(desk, of) for of in racing]
    held = [len(await numbers_of(desk, of.service)) for of in (dialog, other)]
    assert sum(held) == 100
    assert [of.submitted for of in ended] == held


async def test_submitting_twice_at_once_submits_once(desk: Desk, dialog: Dialog) -> None:
    """The second is told the state."""
    filled = await upload(desk, dialog, "+12125550100")
    both = [submit(desk, Name(id=filled.id)) for _ in range(2)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["TransitionRefused", "Upload"]
    assert await count(desk, Number) == 1


async def test_a_submission_whose_answer_was_lost_can_be_sent_again(desk: Desk, dialog: Dialog) -> None:
    """With its key it answers as the first time, also while the first one is under way; with another policy not."""
    filled = await upload(desk, dialog, "+12125550100")
    both = await asyncio.gather(*(submit(desk, Name(id=filled.id), key="may") for _ in range(2)))
    assert [(made.id, made.submitted) for made in both] == [(filled.id, 1)] * 2
    other = submit(desk, Name(id=filled.id), ALL_OR_NOTHING, key="may")
    assert await refused(desk, other) == [("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))]


async def test_an_upload_without_anything_valid_is_refused(desk: Desk, dialog: Dialog) -> None:
    """As is one without anything at all."""
    nonsense, empty = await upload(desk, dialog, "nonsense"), await upload(desk, dialog)
    assert await refused(desk, submit(desk, Name(id=nonsense.id))) == [("NOTHING_VALID", ("upload",))]
    assert await refused(desk, submit(desk, Name(id=empty.id))) == [("NOTHING_TO_ADD", ("upload",))]


async def test_a_submitted_upload_is_not_submitted_again(desk: Desk, dialog: Dialog) -> None:
    """Its state forbids it, and nothing is added."""
    made = await submitted(desk, dialog, "+12125550100")
    assert await refused(desk, submit(desk, Name(id=made.id))) == [("STATE_FORBIDS", ("upload",))]


async def test_verdicts_for_another_calling_code_are_not_acted_upon(desk: Desk, dialog: Dialog) -> None:
    """The location's country may have changed in Control Hub since the numbers were judged."""
    made = await judged(desk, dialog, "+12125550100")
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Location).values(country="IT", calling_code="39"))
    assert await refused(desk, submit(desk, Name(id=made.id)), told=WHY) == [("NOTHING_VALID", ("upload",))]


async def test_service_and_location_are_looked_at_again(desk: Desk, dialog: Dialog) -> None:
    """Both may have changed since the upload was started."""
    filled = await upload(desk, dialog, "+12125550100")
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Location).values(attached_at=None))
    assert await refused(desk, submit(desk, Name(id=filled.id))) == [("LOCATION_NOT_ATTACHED", ("upload",))]
    await removing(desk, dialog.service)
    assert await refused(desk, submit(desk, Name(id=filled.id))) == [("SERVICE_REMOVING", ("upload",))]


async def test_an_upload_out_of_sight_is_not_submitted(desk: Desk, dialog: Dialog) -> None:
    """Nobody spends somebody else's numbers."""
    filled = await upload(desk, dialog, "+12125550100")
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    attempt = submit(stranger, Name(id=filled.id, path=("upload",)))
    assert await refused(desk, attempt) == [("NOT_FOUND", ("upload",))]
