"""Reclaiming numbers from whatever service has them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col

from provisioning.choosing import Chosen
from provisioning.consent import give_up
from provisioning.desk import Desk
from provisioning.reclaiming import Reclaim, reclaim
from provisioning.releases import release
from provisioning.removal import finish, remove
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from provisioning.uploads.after import roll_back
from store.lookup import Name
from store.spans import spans_of
from store.tables import AuditEvent, Number, Service
from store.vocabulary import NumberStatus, ServiceStatus, SyncState, SyncTask
from tests.arrange import (
    Dialog,
    Hubside,
    accept,
    by_hand,
    consented,
    fetch,
    invite,
    jobs,
    numbers_of,
    refused,
    rows,
    single,
    span,
    submitted,
)
from tests.provisioning.administrator import assign, organization_of, reckoned

Fresh = Callable[[int], list[str]]
A, B, C = "+12125550100", "+12125550101", "+12125550102"
RELEASED = NumberStatus.RELEASED


def wanted(*numbers: str, leave: bool = False, reason: str = "ported away") -> Reclaim:
    """Want numbers back."""
    return Reclaim(tuple(single(number) for number in numbers), reason, leave)


async def synced(desk: Desk, side: Hubside, outbound: Outbound, *numbers: str) -> tuple[Dialog, Any]:
    """Bring numbers of a new Integrated service to Control Hub."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *numbers)
    await sync_service(desk, outbound, dialog.service.id)
    return dialog, upload


async def test_numbers_of_several_services_are_free_at_once(desk: Desk) -> None:
    """What is not live is left out; each service hears how many it had, and why."""
    first, second = await by_hand(desk), await by_hand(desk)
    await submitted(desk, first, A, B)
    await submitted(desk, second, C)
    done = await reclaim(desk, Reclaim((span(A, "+12125550109"),), "squatted on"))
    trail = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "NUMBERS_RECLAIMED")
    assert [(share.service.id, share.numbers, share.leaving) for share in done] == [
        (first.service.id, 2, 0),
        (second.service.id, 1, 0),
    ]
    told = {"reason": "squatted on", "leave_at_control_hub": False, "leaving": 0}
    assert [(record.entity_id, record.after, record.numbers) for record in trail] == [
        (first.service.id, {**told, "numbers": 2}, spans_of([A, B])),
        (second.service.id, {**told, "numbers": 1}, spans_of([C])),
    ]
    assert (await fetch(desk, first.service)).status is ServiceStatus.PENDING_PROVISIONING
    assert (await submitted(desk, await by_hand(desk), A, B, C)).submitted == 3


async def test_what_control_hub_has_is_taken_off_and_does_not_cool(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """By the sync of its service; the upload counts it as withdrawn."""
    a, b = fresh(2)
    dialog, upload = await synced(desk, side, outbound, a, b)
    (share,) = await reclaim(desk, wanted(a))
    requested, called = (await numbers_of(desk, dialog.service))[a], (await jobs(desk))[-1][0]
    await sync_service(desk, outbound, dialog.service.id)
    assert (share.numbers, share.leaving, called) == (1, 1, "sync_service")
    assert (requested.status, requested.task) == (NumberStatus.RELEASE_REQUESTED, SyncTask.TAKE_BACK)
    assert (await numbers_of(desk, dialog.service))[a].status is RELEASED
    assert await control_hub.held(await organization_of(desk, dialog)) == [b]
    assert await reckoned(desk, upload) == ("COMPLETED", 1, 0, 1)


async def test_left_at_control_hub_a_number_is_only_free_here(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """For one that Control Hub keeps, for example; a roll back of its upload comes to its end."""
    a, b = fresh(2)
    dialog, upload = await synced(desk, side, outbound, a, b)
    organization = await organization_of(desk, dialog)
    await assign(control_hub, a)
    await roll_back(desk, Name(id=upload.id))
    await sync_service(desk, outbound, dialog.service.id)
    (share,) = await reclaim(desk, wanted(a, leave=True))
    await roll_back(desk, Name(id=upload.id))
    assert (share.numbers, share.leaving) == (1, 0)
    assert (await numbers_of(desk, dialog.service))[a].status is RELEASED
    assert await control_hub.held(organization) == [a]
    assert (await fetch(desk, upload)).status.value == "ROLLED_BACK"


async def test_a_number_that_cools_is_free_at_once(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """It is off Control Hub already."""
    (a,) = fresh(1)
    dialog, _ = await synced(desk, side, outbound, a)
    await release(desk, Chosen(service=Name(id=dialog.service.id), entries=(single(a),)))
    await sync_service(desk, outbound, dialog.service.id)
    (share,) = await reclaim(desk, wanted(a))
    found = (await numbers_of(desk, dialog.service))[a]
    assert (share.leaving, found.status, found.released_at) == (0, RELEASED, desk.clock())
    assert await control_hub.held(await organization_of(desk, dialog)) == []


@pytest.mark.parametrize(
    "be",
    [{"sync_state": SyncState.ADD_PENDING}, {"sync_state": SyncState.IN_PROGRESS}, {"sync_state": SyncState.UNCERTAIN}],
    ids=str,
)
async def test_one_number_under_way_keeps_all(desk: Desk, be: dict[str, Any]) -> None:
    """What becomes of it has to be known first."""
    dialog = await by_hand(desk)
    await submitted(desk, dialog, A, B)
    async with desk.begin() as transaction:
        (found,) = await rows(desk, Number, col(Number.id), col(Number.e164) == B)
        await transaction.session.merge(Number(**{**found.model_dump(), **be}))
    assert await refused(desk, reclaim(desk, wanted(A, B))) == [("NUMBER_BUSY", ("numbers",))]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        (wanted(A, reason=" "), "BLANK", ("reason",)),
        (wanted("1"), "PLUS_MISSING", ("numbers",)),
        (wanted(A), "NOTHING_TO_CHANGE", ("numbers",)),
        (
            Reclaim((span("+12125550000", "+12125559999"), single("+12125560000")), "r"),
            "TOO_MANY_NUMBERS",
            ("numbers",),
        ),
    ],
)
async def test_what_cannot_be_reclaimed_is_refused(desk: Desk, given: Reclaim, code: str, path: tuple[str]) -> None:
    """With a code."""
    assert await refused(desk, reclaim(desk, given)) == [(code, path)]


async def test_a_kept_number_that_is_reclaimed_lets_the_removal_of_its_service_end(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The operator decided to leave it there."""
    (a,) = fresh(1)
    dialog, _ = await synced(desk, side, outbound, a)
    await assign(control_hub, a)
    await remove(desk, Name(id=dialog.service.id))
    await finish(desk, dialog.service.id)
    await sync_service(desk, outbound, dialog.service.id)
    await reclaim(desk, wanted(a, leave=True))
    called = (await jobs(desk))[-1][0]
    await sync_service(desk, outbound, dialog.service.id)
    assert called == "finish_removal"
    assert not await rows(desk, Service, col(Service.id), col(Service.id) == dialog.service.id)


async def test_a_request_that_comes_again_with_its_key_takes_nothing_from_the_next_owner(desk: Desk) -> None:
    """It answers what it answered."""
    first, second = await by_hand(desk), await by_hand(desk)
    await submitted(desk, first, A)
    (done,) = await reclaim(desk, wanted(A), "key")
    await submitted(desk, second, A)
    (again,) = await reclaim(desk, wanted(A), "key")
    assert (again.service.id, again.numbers) == (done.service.id, done.numbers) == (first.service.id, 1)
    assert (await numbers_of(desk, second.service))[A].status is NumberStatus.ACTIVE


async def test_numbers_whose_release_waits_for_consent_are_let_go_here(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Nobody could take them off any more: they stay at Control Hub, also when consent comes back."""
    numbers, name = fresh(3), "Gives up and comes back"
    dialog = await consented(desk, side, organization=name)
    await submitted(desk, dialog, *numbers)
    await sync_service(desk, outbound, dialog.service.id)
    await give_up(desk, Name(id=dialog.service.id))
    await release(desk, Chosen(Name(id=dialog.service.id), tuple(single(number) for number in numbers)))
    await sync_service(desk, outbound, dialog.service.id)
    waiting = await fetch(desk, dialog.service)
    refusals = await refused(desk, reclaim(desk, wanted(*numbers)))
    await reclaim(desk, wanted(*numbers, leave=True))
    await accept(desk, side, await invite(desk, side, dialog.service), name)
    await sync_service(desk, outbound, dialog.service.id)
    found = (await numbers_of(desk, dialog.service)).values()
    assert refusals == [("NUMBER_BUSY", ("numbers",))] * 3
    assert waiting.waiting_code == "CONSENT_WITHDRAWN"
    assert {(number.status, number.sync_state) for number in found} == {(RELEASED, SyncState.SYNCED)}
    assert await control_hub.asked(await organization_of(desk, dialog), "DELETE", "/numbers") == []
    assert (await fetch(desk, dialog.service)).waiting_code is None
