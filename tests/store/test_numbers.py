"""Who holds which number."""

import asyncio
from typing import Any

import pytest
from sqlmodel import col

from provisioning.desk import Desk
from provisioning.uploads.judge import validate
from store import numbers
from store.lookup import Name, one
from store.numbers import Held
from store.tables import Customer, Number, Upload
from store.vocabulary import NumberStatus, SyncState
from tests.arrange import Dialog, by_hand, numbers_of, rows, scope_of, seen_by, span, submitted, upload

FIRST, LAST = "+12125550000", "+12125550299"


async def race(desk: Desk, *ids: Any) -> list[int]:
    """Let uploads take their numbers at the same time; return how many each got."""

    async def take(upload_id: Any) -> int:
        async with desk.begin() as transaction:
            found = await one(transaction, Upload, Name(id=upload_id))
            return await numbers.take(transaction, found, SyncState.MANUAL_PENDING)

    return list(await asyncio.gather(*map(take, ids)))


async def judged(desk: Desk, dialog: Dialog, *entries: Any) -> Upload:
    """Make an upload whose entries have their verdicts, before anybody holds a number."""
    filled = await upload(desk, dialog, *entries)
    return await validate(desk, Name(id=filled.id))


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


@pytest.mark.parametrize(
    "status", [NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED, NumberStatus.COOLING], ids=lambda s: s.value
)
async def test_a_live_number_is_held(desk: Desk, status: NumberStatus) -> None:
    """By this service or by somebody else, and that is all that is said."""
    ours, theirs = await by_hand(desk), await by_hand(desk)
    await submitted(desk, theirs, "+12125550105")
    await _let(desk, "+12125550105", status)
    async with desk.read() as reading:
        there = await numbers.held(reading, [(FIRST, LAST)], theirs.service.id)
        here = await numbers.held(reading, [(FIRST, LAST)], ours.service.id)
    assert (there, here) == ([Held("+12125550105", here=True)], [Held("+12125550105", here=False)])


@pytest.mark.parametrize("status", [NumberStatus.RELEASED, NumberStatus.REJECTED], ids=lambda s: s.value)
async def test_a_number_that_was_given_up_can_be_taken_again(desk: Desk, status: NumberStatus) -> None:
    """It is held by nobody, and a second row of it does no harm."""
    ours, theirs = await by_hand(desk), await by_hand(desk)
    await submitted(desk, theirs, "+12125550105")
    await _let(desk, "+12125550105", status)
    async with desk.read() as reading:
        held = await numbers.held(reading, [(FIRST, LAST)], ours.service.id)
    again = await submitted(desk, ours, "+12125550105")
    assert held == []
    assert again.submitted == 1


async def _let(desk: Desk, e164: str, status: NumberStatus) -> None:
    async with desk.begin() as transaction:
        (found,) = await rows(desk, Number, col(Number.id), col(Number.e164) == e164)
        found.status = status
        await transaction.session.merge(found)


async def test_a_held_number_is_seen_by_those_who_may_not_see_its_owner(desk: Desk) -> None:
    """The one question about other people's numbers that everybody may ask."""
    ours, theirs = await by_hand(desk), await by_hand(desk)
    await submitted(desk, theirs, "+12125550105")
    (customer,) = await rows(desk, Customer, col(Customer.id), col(Customer.id) == ours.service.customer_id)
    async with seen_by(desk, scope_of(customer)).read() as reading:
        held = await numbers.held(reading, [(FIRST, LAST)], ours.service.id)
        seen = await numbers.total(reading, numbers.NumberFilter())
    assert (held, seen) == ([Held("+12125550105", here=False)], 0)


async def test_spans_include_both_ends_and_nothing_beyond(desk: Desk) -> None:
    """Nor numbers of another length that begin alike."""
    dialog = await by_hand(desk)
    await submitted(desk, dialog, span("+12125550104", "+12125550107"))
    async with desk.read() as reading:
        held = await numbers.held(reading, [("+12125550105", "+12125550106")], dialog.service.id)
        shorter = await numbers.held(reading, [("+121255501", "+121255502")], dialog.service.id)
    assert sorted(found.e164 for found in held) == ["+12125550105", "+12125550106"]
    assert shorter == []


async def test_a_number_is_taken_apart_as_its_country_does_and_keeps_leading_zeros(desk: Desk) -> None:
    """Milan: +39, 02 and the rest."""
    dialog = await by_hand(desk, country="IT")
    await submitted(desk, dialog, "+390212345678")
    (found,) = (await numbers_of(desk, dialog.service)).values()
    assert (found.calling_code, found.area_code, found.subscriber_number) == ("39", "02", "12345678")
