"""Taking numbers off a location, against the simulator."""

import pytest

from controlhub.errors import HubNumberUnknown, HubRefused, HubUnanswered
from controlhub.numbers import HubNumberType, HubNumberUsage

DID = (HubNumberType.DID, HubNumberUsage.NONE)


async def test_numbers_are_removed(hub, customer, fresh, held):
    """Only those named."""
    numbers = fresh(3)
    await hub.add_numbers(customer.access_token, customer.milan, numbers, *DID)
    await hub.remove_numbers(customer.access_token, customer.milan, numbers[:2])
    assert await held(customer) == numbers[2:]


@pytest.mark.parametrize(("as_502", "status", "code"), [(False, 400, "25089"), (True, 502, "4251")])
async def test_an_unknown_number_is_said_to_be_unknown(hub, customer, turn, fresh, held, as_502, status, code):
    """In both ways of Control Hub; the others stay."""
    known, unknown = fresh(2)
    await hub.add_numbers(customer.access_token, customer.milan, [known], *DID)
    await turn(unknown_number_as_502=as_502)
    with pytest.raises(HubNumberUnknown) as caught:
        await hub.remove_numbers(customer.access_token, customer.milan, [known, unknown])
    assert (caught.value.status, caught.value.code) == (status, code)
    assert await held(customer) == [known]


async def test_a_main_number_is_refused_with_all_the_others(hub, customer, fresh, held):
    """It is known, and stays."""
    numbers = fresh(1)
    await hub.add_numbers(customer.access_token, customer.milan, numbers, *DID)
    main_number = (await hub.location_telephony(customer.access_token, customer.milan)).main_number
    with pytest.raises(HubRefused) as caught:
        await hub.remove_numbers(customer.access_token, customer.milan, [*numbers, main_number])
    assert (type(caught.value), caught.value.status, caught.value.code) == (HubRefused, 400, "25001")
    assert await held(customer) == numbers


async def test_an_assigned_number_is_refused_with_all_the_others(hub, customer, order, fresh, held):
    """Somebody uses it."""
    numbers = fresh(2)
    await hub.add_numbers(customer.access_token, customer.milan, numbers, *DID)
    await order("/_numbers/assign", numbers=numbers[1:])
    with pytest.raises(HubRefused) as caught:
        await hub.remove_numbers(customer.access_token, customer.milan, numbers)
    assert (type(caught.value), caught.value.status, caught.value.code) == (HubRefused, 400, "25002")
    assert await held(customer) == numbers


async def test_a_removal_without_an_answer_is_not_sent_again(hub, customer, fail, fresh, logged, naps):
    """It may have been done: a 502 without the code says nothing."""
    numbers = fresh(1)
    await hub.add_numbers(customer.access_token, customer.milan, numbers, *DID)
    await fail(method="DELETE", status=502, when="after")
    with pytest.raises(HubUnanswered):
        await hub.remove_numbers(customer.access_token, customer.milan, numbers)
    assert [row["applied"] for row in await logged(customer, "/numbers") if row["method"] == "DELETE"] == [True]
    assert naps == []
