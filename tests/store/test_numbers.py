"""Who holds which number."""

import asyncio
from typing import Any

import pytest
from sqlmodel import col

from provisioning.desk import Desk
from provisioning.uploads.submit import submit
from store import numbers
from store.lookup import Name, one
from store.tables import Customer, Number, Upload
from store.vocabulary import NumberStatus, NumberType, SyncState
from tests.arrange import (
    by_hand,
    entries_of,
    imported,
    judged,
    let_be,
    numbers_of,
    rows,
    scope_of,
    seen_by,
    span,
    submitted,
    upload,
)

LAST = "+12125550299"


async def race(desk: Desk, *ids: Any) -> list[int]:
    """Let uploads take their numbers at the same time; return how many each got."""

    async def take(upload_id: Any) -> int:
        async with desk.begin() as transaction:
            found = await one(transaction, Upload, Name(id=upload_id))
            return await numbers.take(transaction, found, SyncState.MANUAL_PENDING)

    return list(await asyncio.gather(*map(take, ids)))


async def test_uploads_that_race_for_numbers_get_each_number_once(desk: Desk) -> None:
    """Whatever the order of their entries, without a deadlock, round after round."""
    dialogs = [await by_hand(desk), await by_hand(desk)]
    halves = [span("+12125550000", "+12125550149"), span("+12125550150", LAST)]
    for area in range(5):
        entries = [[_moved(half, area) for half in order] for order in (halves, halves[::-1])]
        racing = [await judged(desk, dialog, *typed) for dialog, typed in zip(dialogs, entries, strict=True)]
        taken = await race(desk, *(upload.id for upload in racing))
        assert sum(taken) == 300
    everyone = [number.e164 for number in await rows(desk, Number, col(Number.e164))]
    assert len(everyone) == len(set(everyone)) == 1500


def _moved(half: Any, area: int) -> Any:
    return span(*(e164.replace("+1212555", f"+121255{area + 5}") for e164 in (half.first, half.last)))


async def test_a_number_that_somebody_else_has_is_left_out(desk: Desk) -> None:
    """And only that one; who has it keeps it."""
    ours, theirs = await by_hand(desk), await by_hand(desk)
    made = await judged(desk, ours, span("+12125550100", "+12125550104"))
    await submitted(desk, theirs, "+12125550102")
    assert await race(desk, made.id) == [4]
    assert [e164[-1] for e164 in await numbers_of(desk, ours.service)] == ["0", "1", "3", "4"]
    assert list(await numbers_of(desk, theirs.service)) == ["+12125550102"]


@pytest.mark.parametrize("status", [NumberStatus.RELEASED, NumberStatus.REJECTED], ids=lambda s: s.value)
async def test_a_number_that_was_given_up_can_be_taken_again(desk: Desk, status: NumberStatus) -> None:
    """It is held by nobody, and a second row of it does no harm."""
    ours, theirs = await by_hand(desk), await by_hand(desk)
    await submitted(desk, theirs, "+12125550105")
    await let_be(desk, "+12125550105", status)
    assert (await submitted(desk, ours, "+12125550105")).submitted == 1


async def test_a_held_number_is_seen_by_those_who_may_not_see_its_owner(desk: Desk) -> None:
    """The one question about other people's numbers that everybody may ask."""
    ours, theirs = await by_hand(desk), await by_hand(desk)
    await submitted(desk, theirs, "+12125550105")
    (customer,) = await rows(desk, Customer, col(Customer.id), col(Customer.id) == ours.service.customer_id)
    bound = seen_by(desk, scope_of(customer))
    made = await judged(bound, ours, "+12125550105")
    async with bound.read() as reading:
        seen = await numbers.total(reading, numbers.NumberFilter())
    assert [entry.code for entry in await entries_of(desk, made)] == ["TAKEN"]
    assert seen == 0


async def test_a_number_is_taken_apart_as_its_country_does_and_keeps_leading_zeros(desk: Desk) -> None:
    """Milan: +39, 02 and the rest."""
    dialog = await by_hand(desk, country="IT")
    await submitted(desk, dialog, "+390212345678")
    (found,) = (await numbers_of(desk, dialog.service)).values()
    assert (found.calling_code, found.area_code, found.subscriber_number) == ("39", "02", "12345678")


async def test_numbers_take_the_terms_of_their_entries_and_else_the_header(desk: Desk) -> None:
    """Type and CAC value go together: a Contact Center row without a CAC value does not get the header's."""
    dialog = await by_hand(desk)
    draft = await upload(desk, dialog, "+12125550100", number_type=NumberType.SERVICE, cac=30, service_info="Main")
    content = (
        "Number,Range End,Number Type,CAC,Service Info\n"
        "+12125550101,,Contact Center,,\n"
        "+12125550102,+12125550103,User,,Desk\n"
        "+12125550104,,,40,\n"
        "+12125550105,,,,IVR\n"
    )
    await imported(desk, draft, content)
    await submit(desk, Name(id=draft.id))
    found = (await numbers_of(desk, dialog.service)).values()
    assert [(number.type.value, number.cac, number.service_info) for number in found] == [
        ("SERVICE", 30, "Main"),
        ("CONTACT_CENTER", None, "Main"),
        ("USER", 2, "Desk"),
        ("USER", 2, "Desk"),
        ("SERVICE", 40, "Main"),
        ("SERVICE", 30, "IVR"),
    ]
    assert [number.source.value for number in found] == ["ENTRY"] + ["FILE"] * 5
