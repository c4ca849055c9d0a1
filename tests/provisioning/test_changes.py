"""Changing numbers after they were uploaded, and confirming those that were added by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from controlhub.errors import HubRefused
from provisioning.changes import NumberChanges, confirm_manual, update
from provisioning.choosing import Changed, Chosen
from provisioning.desk import Desk
from provisioning.errors import AboutNumber, Refused
from provisioning.releases import release
from provisioning.sync import plan
from provisioning.sync.record import begin_uploads, conclude
from provisioning.uploads.after import roll_back
from provisioning.uploads.fill import RawEntry
from store import syncing
from store.lookup import Name
from store.spans import spans_of
from store.tables import AuditEvent, Number
from store.vocabulary import NumberType, ServiceKind, SyncState, SyncTask
from tests.arrange import (
    Dialog,
    Hubside,
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
    rows,
    scope_of,
    seen_by,
    single,
    span,
    submitted,
)

A, B, C = "+12125550100", "+12125550101", "+12125550102"
ACTS: list[Callable[[Desk, Chosen], Any]] = [
    lambda desk, chosen: update(desk, chosen, NumberChanges(service_info="Fax")),
    confirm_manual,
]
"""What is done with chosen numbers."""


def placed(refused: Refused) -> list[tuple[str, int | None]]:
    """Return which numbers were refused, with the places of the entries that named them."""
    return [(error.number, error.index) for error in refused.errors if isinstance(error, AboutNumber)]


def listed(dialog: Dialog, *entries: RawEntry | str) -> Chosen:
    """Choose numbers and ranges of a service."""
    typed = tuple(single(entry) if isinstance(entry, str) else entry for entry in entries)
    return Chosen(service=Name(id=dialog.service.id, path=("numbers",)), entries=typed)


async def terms(desk: Desk, dialog: Dialog) -> dict[str, tuple[NumberType, int | None, str | None]]:
    """Return (type, CAC value, service info) of each number."""
    found = await numbers_of(desk, dialog.service)
    return {e164: (number.type, number.cac, number.service_info) for e164, number in found.items()}


async def sent(desk: Desk, dialog: Dialog, limit: int = 10) -> list[Number]:
    """Claim numbers as a worker does before it sends them."""
    async with desk.begin() as transaction:
        return await syncing.claim(transaction, dialog.service.id, SyncState.ADD_PENDING, limit, desk.clock())


async def waits(desk: Desk, dialog: Dialog) -> set[tuple[SyncTask, SyncState]]:
    """Return what the numbers wait for."""
    return {(number.task, number.sync_state) for number in (await numbers_of(desk, dialog.service)).values()}


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service."""
    return await by_hand(desk)


@pytest.fixture
async def integrated(desk: Desk, side: Hubside) -> Dialog:
    """An Integrated service with two User numbers that Control Hub has."""
    made = await consented(desk, side)
    await submitted(desk, made, A, B)
    await begin_uploads(desk, made.service.id)
    await conclude(desk, made.service.id, plan.done(await sent(desk, made)))
    return made


USER, SERVICE, CONTACT_CENTER = NumberType.USER, NumberType.SERVICE, NumberType.CONTACT_CENTER


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        ((USER, None), NumberChanges(SERVICE, 30), (SERVICE, 30)),
        ((USER, None), NumberChanges(CONTACT_CENTER), (CONTACT_CENTER, None)),
        ((USER, None), NumberChanges(CONTACT_CENTER, 2), (CONTACT_CENTER, 2)),
        ((USER, None), NumberChanges(USER, 2), (USER, 2)),
        ((SERVICE, 30), NumberChanges(USER), (USER, 2)),
        ((SERVICE, 30), NumberChanges(SERVICE), (SERVICE, 30)),
        ((SERVICE, 30), NumberChanges(cac=1), (SERVICE, 1)),
        ((SERVICE, 30), NumberChanges(cac=10_000), (SERVICE, 10_000)),
        ((SERVICE, 30), NumberChanges(CONTACT_CENTER), (CONTACT_CENTER, None)),
        ((CONTACT_CENTER, 9), NumberChanges(cac=None), (CONTACT_CENTER, None)),
        ((CONTACT_CENTER, 9), NumberChanges(service_info="Queue"), (CONTACT_CENTER, 9)),
        ((CONTACT_CENTER, 9), NumberChanges(SERVICE, 1), (SERVICE, 1)),
    ],
)
async def test_the_cac_value_goes_with_the_number_type(
    desk: Desk, dialog: Dialog, before: tuple[Any, ...], changes: NumberChanges, after: tuple[Any, ...]
) -> None:
    """By the table of number types; with a new type the old value is forgotten."""
    await submitted(desk, dialog, A, number_type=before[0], cac=before[1])
    await update(desk, listed(dialog, A), changes)
    assert (await terms(desk, dialog))[A][:2] == after


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        ((USER, None), NumberChanges(cac=3), "CAC_FIXED"),
        ((USER, None), NumberChanges(SERVICE), "CAC_REQUIRED"),
        ((SERVICE, 30), NumberChanges(cac=None), "CAC_REQUIRED"),
        ((SERVICE, 30), NumberChanges(cac=0), "CAC_OUT_OF_RANGE"),
        ((SERVICE, 30), NumberChanges(cac=10_001), "CAC_OUT_OF_RANGE"),
        ((SERVICE, 30), NumberChanges(USER, 30), "CAC_FIXED"),
        ((CONTACT_CENTER, 9), NumberChanges(cac=1), "CAC_OUT_OF_RANGE"),
        ((CONTACT_CENTER, 9), NumberChanges(SERVICE), "CAC_REQUIRED"),
    ],
)
async def test_terms_that_the_table_of_number_types_forbids_are_refused(
    desk: Desk, dialog: Dialog, before: tuple[Any, ...], changes: NumberChanges, code: str
) -> None:
    """As they are in an upload."""
    await submitted(desk, dialog, A, number_type=before[0], cac=before[1])
    assert await refused(desk, update(desk, listed(dialog, A), changes)) == [(code, ("changes",))]


@pytest.mark.parametrize("number_type", [USER, SERVICE])
async def test_numbers_of_a_cx_service_stay_contact_center_numbers(desk: Desk, number_type: NumberType) -> None:
    """The other types are not for CX."""
    dialog = await by_hand(desk, kind=ServiceKind.CX)
    await submitted(desk, dialog, A)
    refusal = await refused(desk, update(desk, listed(dialog, A), NumberChanges(number_type, 30)))
    assert refusal == [("NUMBER_TYPE_NOT_OFFERED", ("changes",))]


async def test_ranges_and_singles_are_changed_each_once(desk: Desk, dialog: Dialog) -> None:
    """However often a number is named; what was not named stays."""
    await submitted(desk, dialog, span("+12125550100", "+12125550109"))
    chosen = listed(dialog, span("+12125550102", "+12125550104"), "+12125550103", "+12125550109")
    changed = await update(desk, chosen, NumberChanges(service_info="Fax"))
    found = [e164[-2:] for e164, (_, _, info) in (await terms(desk, dialog)).items() if info == "Fax"]
    assert changed.numbers == 4
    assert found == ["02", "03", "04", "09"]


async def test_all_numbers_of_an_upload_are_changed(desk: Desk, dialog: Dialog) -> None:
    """And none of another upload."""
    made = await submitted(desk, dialog, A, B)
    await submitted(desk, dialog, C)
    await update(desk, Chosen(upload=Name(id=made.id)), NumberChanges(service_info="Fax"))
    assert [info for _, _, info in (await terms(desk, dialog)).values()] == ["Fax", "Fax", None]


async def test_the_service_info_can_be_taken_away(desk: Desk, dialog: Dialog) -> None:
    """None is a value; leaving it out is none."""
    await submitted(desk, dialog, A, service_info="Fax")
    kept = await update(desk, listed(dialog, A), NumberChanges(cac=2))
    await update(desk, listed(dialog, A), NumberChanges(service_info=None))
    assert kept.numbers == 0
    assert (await terms(desk, dialog))[A] == (USER, 2, None)


async def test_changing_to_what_is_so_already_changes_nothing(desk: Desk, dialog: Dialog) -> None:
    """The answer counts those that are different now."""
    await submitted(desk, dialog, A, B, service_info="Fax")
    first = await update(desk, listed(dialog, A), NumberChanges(service_info="Queue"))
    again = await update(desk, listed(dialog, A, B), NumberChanges(service_info="Queue"))
    assert (first.numbers, again.numbers) == (1, 1)


async def test_what_numbers_were_before_is_on_record_together_for_those_that_were_alike(
    desk: Desk, dialog: Dialog
) -> None:
    """So that each can be told of every number."""
    await submitted(desk, dialog, A, B, service_info="Fax")
    await submitted(desk, dialog, C, service_info="Queue")
    await update(desk, listed(dialog, A, B, C), NumberChanges(service_info="Lift"))
    trail = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "NUMBERS_CHANGED")
    assert [(event.numbers, event.before["service_info"], event.after["service_info"]) for event in trail] == [
        (spans_of([A, B]), "Fax", "Lift"),
        (spans_of([C]), "Queue", "Lift"),
    ]


async def test_a_change_is_on_record_and_touches_the_service(desk: Desk, dialog: Dialog) -> None:
    """With the time at which it was made."""
    await submitted(desk, dialog, A)
    later = at(desk, desk.clock() + timedelta(minutes=1))
    await update(later, listed(dialog, A), NumberChanges(service_info="Fax"))
    assert (await audited(desk, dialog.service.id))[-1] == "NUMBERS_CHANGED"
    assert (await fetch(desk, dialog.service)).last_modified_at == later.clock()


async def test_one_number_that_cannot_be_changed_leaves_all_as_they_were(desk: Desk, dialog: Dialog) -> None:
    """The User number may not have that CAC value; the other could."""
    await submitted(desk, dialog, A, number_type=SERVICE, cac=30)
    await submitted(desk, dialog, B)
    refusal = await refused(desk, update(desk, listed(dialog, A, B), NumberChanges(cac=40)))
    assert refusal == [("CAC_FIXED", ("changes",))]
    assert (await terms(desk, dialog))[A][1] == 30


async def test_a_user_number_that_gets_a_service_type_waits_to_be_told_to_control_hub(
    desk: Desk, integrated: Dialog
) -> None:
    """Its usage changes there: a sync is called."""
    before = len(await jobs(desk))
    await update(desk, listed(integrated, A, B), NumberChanges(SERVICE, 30))
    assert await waits(desk, integrated) == {(SyncTask.UPDATE, SyncState.UPDATE_PENDING)}
    assert [job[0] for job in await jobs(desk)][before:] == ["sync_service"]


@pytest.mark.parametrize("changes", [NumberChanges(service_info="Fax"), NumberChanges(USER), NumberChanges(cac=2)])
async def test_control_hub_is_not_told_of_what_it_does_not_know(
    desk: Desk, integrated: Dialog, changes: NumberChanges
) -> None:
    """The CAC value and the service info are ours."""
    before = await jobs(desk)
    await update(desk, listed(integrated, A), changes)
    assert await waits(desk, integrated) == {(SyncTask.ADD, SyncState.SYNCED)}
    assert await jobs(desk) == before


async def test_numbers_of_a_non_integrated_service_wait_for_nothing(desk: Desk, dialog: Dialog) -> None:
    """The customer tells Control Hub by hand."""
    await submitted(desk, dialog, A)
    before = await jobs(desk)
    await update(desk, listed(dialog, A), NumberChanges(SERVICE, 30))
    assert await waits(desk, dialog) == {(SyncTask.ADD, SyncState.MANUAL_PENDING)}
    assert await jobs(desk) == before


@pytest.mark.parametrize("state", [SyncState.IN_PROGRESS, SyncState.UNCERTAIN])
async def test_a_number_that_is_on_its_way_is_busy(desk: Desk, side: Hubside, state: SyncState) -> None:
    """What Control Hub is being told of it cannot be changed any more; the other number stays as it is."""
    dialog = await consented(desk, side)
    await submitted(desk, dialog, A, B)
    claimed = await sent(desk, dialog, 1)
    found = {SyncState.IN_PROGRESS: [], SyncState.UNCERTAIN: plan.uncertain(claimed)}[state]
    await conclude(desk, dialog.service.id, found)
    refusal = await refused(desk, update(desk, listed(dialog, A, B), NumberChanges(SERVICE, 30)))
    assert refusal == [("NUMBER_BUSY", ("numbers",))]
    assert (await update(desk, listed(dialog, A), NumberChanges(service_info="Fax"))).numbers == 1


async def test_a_number_that_is_leaving_cannot_be_changed(desk: Desk, integrated: Dialog) -> None:
    """It is on its way off Control Hub."""
    (number,) = [n for e164, n in (await numbers_of(desk, integrated.service)).items() if e164 == A]
    await roll_back(desk, Name(id=number.upload_id))
    refusal = await refused(desk, update(desk, listed(integrated, A), NumberChanges(SERVICE, 30)))
    assert refusal == [("NUMBER_BUSY", ("numbers",))]


@pytest.mark.parametrize("act", ACTS)
async def test_a_number_that_cools_is_said_to_cool(desk: Desk, dialog: Dialog, act: Any) -> None:
    """Its service still has it, so that it is not said to be nowhere."""
    await submitted(desk, dialog, A, B)
    await release(desk, listed(dialog, B))
    assert await refused(desk, act(desk, listed(dialog, A, B))) == [("NUMBER_COOLING", ("numbers",))]


async def test_a_number_whose_change_was_refused_is_sent_again_by_the_same_change(
    desk: Desk, integrated: Dialog
) -> None:
    """Control Hub still has the old usage: the same terms are news to it; others of the number stay."""
    await update(desk, listed(integrated, A), NumberChanges(SERVICE, 30))
    async with desk.begin() as transaction:
        claimed = await syncing.claim(transaction, integrated.service.id, SyncState.UPDATE_PENDING, 10, desk.clock())
    refusal = HubRefused(403, "403", "Forbidden", "T-1")
    await conclude(desk, integrated.service.id, plan.undeliverable(claimed, refusal))
    failed = (await numbers_of(desk, integrated.service))[A]
    before = len(await jobs(desk))
    changed = await update(desk, listed(integrated, A), NumberChanges(SERVICE, 30))
    again = (await numbers_of(desk, integrated.service))[A]
    assert (failed.sync_state, failed.error_code) == (SyncState.FAILED, "403")
    assert (again.sync_state, again.task, again.error_code) == (SyncState.UPDATE_PENDING, SyncTask.UPDATE, None)
    assert changed.numbers == 1
    assert len(await jobs(desk)) == before + 1


async def test_every_number_that_is_not_there_is_named_with_the_entry_that_named_it(desk: Desk, dialog: Dialog) -> None:
    """At once; another service's number is not there either."""
    await submitted(desk, dialog, A)
    await submitted(desk, await by_hand(desk), B)
    with pytest.raises(Refused) as raised:
        await update(desk, listed(dialog, C, A, span(A, B)), NumberChanges(service_info="Fax"))
    assert [str(error) for error in raised.value.errors] == [
        "There is no such number +12125550101 here.",
        "There is no such number +12125550102 here.",
    ]
    assert placed(raised.value) == [(B, 2), (C, 0)]


@pytest.mark.parametrize("act", ACTS)
async def test_numbers_of_another_tenant_do_not_exist(desk: Desk, dialog: Dialog, act: Any) -> None:
    """Neither by their service nor by their upload."""
    made = await submitted(desk, dialog, A)
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    by_upload = Chosen(upload=Name(id=made.id, path=("numbers",)))
    for chosen in (listed(dialog, A), by_upload):
        assert await refused(desk, act(stranger, chosen)) == [("NOT_FOUND", ("numbers",))]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ((), "NOTHING_TO_CHANGE"),
        (("reception",), "NOT_E164"),
        ((span("+12125550109", "+12125550100"),), "RANGE_REVERSED"),
        ((span("+12125550000", "+12125560000"),), "RANGE_TOO_LARGE"),
        ((span("+12125550000", "+12125559999"), "+12125560000"), "TOO_MANY_NUMBERS"),
        (("+12125550000",) * 10_001, "TOO_MANY_NUMBERS"),
    ],
)
async def test_entries_that_name_no_numbers_or_too_many_are_refused(
    desk: Desk, dialog: Dialog, act: Any, entries: tuple[Any, ...], code: str
) -> None:
    """Before anything is locked."""
    assert await refused(desk, act(desk, listed(dialog, *entries))) == [(code, ("numbers",))]


async def test_every_entry_that_cannot_be_read_is_told_at_once(desk: Desk, dialog: Dialog) -> None:
    """With its place among the entries, and the text as it came."""
    with pytest.raises(Refused) as raised:
        await update(desk, listed(dialog, "reception", A, "911"), NumberChanges(service_info="Fax"))
    assert [error.code for error in raised.value.errors] == ["NOT_E164", "PLUS_MISSING"]
    assert placed(raised.value) == [("reception", 0), ("911", 2)]


async def test_at_most_a_hundred_refusals_are_told(desk: Desk, dialog: Dialog) -> None:
    """Enough to mend a form by; a request may name 10,000 numbers."""
    with pytest.raises(Refused) as raised:
        await update(desk, listed(dialog, *["reception"] * 101), NumberChanges(service_info="Fax"))
    assert len(raised.value.errors) == 100


async def test_numbers_that_an_upload_named_have_no_place(desk: Desk, dialog: Dialog) -> None:
    """There is no list in the input that they could stand in."""
    made = await submitted(desk, dialog, A)
    chosen = Chosen(upload=Name(id=made.id, path=("numbers",)))
    with pytest.raises(AboutNumber) as raised:
        await update(desk, chosen, NumberChanges(SERVICE))
    assert (raised.value.code, raised.value.number, raised.value.index) == ("CAC_REQUIRED", A, None)


async def test_a_change_of_nothing_is_refused(desk: Desk, dialog: Dialog) -> None:
    """And so is a text that is too long."""
    assert await refused(desk, update(desk, listed(dialog, A), NumberChanges())) == [
        ("NOTHING_TO_CHANGE", ("changes",))
    ]
    assert await refused(desk, update(desk, listed(dialog, A), NumberChanges(service_info="x" * 201))) == [
        ("TEXT_TOO_LONG", ("changes", "serviceInfo"))
    ]


async def test_numbers_of_a_service_in_removal_are_not_sent_to_control_hub(desk: Desk, integrated: Dialog) -> None:
    """No sync serves it any more."""
    await removing(desk, integrated.service)
    refusal = await refused(desk, update(desk, listed(integrated, A), NumberChanges(SERVICE, 30)))
    assert refusal == [("SERVICE_REMOVING", ("numbers",))]


async def test_numbers_added_by_hand_are_confirmed_once(desk: Desk, dialog: Dialog) -> None:
    """Saying so again changes nothing, and the others still wait."""
    await submitted(desk, dialog, A, B, C)
    later = at(desk, desk.clock() + timedelta(minutes=1))
    first = await confirm_manual(later, listed(dialog, A, B))
    again = await confirm_manual(desk, listed(dialog, A, B))
    found = await numbers_of(desk, dialog.service)
    assert (first.numbers, again.numbers) == (2, 0)
    assert isinstance(first, Changed)
    assert [(n.sync_state, n.synced_at) for n in found.values()] == [
        (SyncState.MANUAL_CONFIRMED, later.clock()),
        (SyncState.MANUAL_CONFIRMED, later.clock()),
        (SyncState.MANUAL_PENDING, None),
    ]
    assert (await audited(desk, dialog.service.id))[-1] == "NUMBERS_CONFIRMED"


async def test_all_numbers_of_an_upload_are_confirmed(desk: Desk, dialog: Dialog) -> None:
    """Of that upload alone."""
    made = await submitted(desk, dialog, A, B)
    await submitted(desk, dialog, C)
    assert (await confirm_manual(desk, Chosen(upload=Name(id=made.id)))).numbers == 2


async def test_numbers_of_an_integrated_service_are_not_confirmed_by_hand(desk: Desk, integrated: Dialog) -> None:
    """Control Hub says what it has."""
    assert await refused(desk, confirm_manual(desk, listed(integrated, A))) == [("INTEGRATED_NOT_TAKEN", ("numbers",))]


async def test_confirmed_numbers_can_be_rolled_back(desk: Desk, dialog: Dialog) -> None:
    """Like those that wait."""
    made = await submitted(desk, dialog, A, B)
    await confirm_manual(desk, listed(dialog, A))
    ended = await roll_back(desk, Name(id=made.id))
    assert (ended.status.value, ended.added, ended.withdrawn) == ("ROLLED_BACK", 0, 2)
