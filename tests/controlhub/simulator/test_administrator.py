"""What happens behind our back, by control routes."""

import pytest

from controlhub.errors import HubRefused
from controlhub.numbers import HubNumber


@pytest.fixture
def listed(hub, customer):
    """Return the way to the numbers of a location: `listed(location)`."""

    async def go(location):
        return [number async for number in hub.numbers(customer.access_token, location)]

    return go


@pytest.fixture
async def numbers(order, customer, fresh):
    """Return two numbers that came to Munich behind our back."""
    numbers = fresh(2)
    await order("/_numbers/add", location=customer.munich, numbers=numbers)
    return numbers


async def test_numbers_are_added(order, listed, customer, fresh):
    """As they are wanted."""
    (number,) = fresh(1)
    await order("/_numbers/add", location=customer.munich, numbers=[number], usage="SERVICE", state="INACTIVE")
    expected = HubNumber(number, customer.munich, active=False, is_main=False, is_service=True, owner=None)
    assert await listed(customer.munich) == [expected]


async def test_numbers_are_removed_whatever_they_are(order, hub, listed, customer):
    """The main number too, which the location then lacks."""
    (main_number,) = await listed(customer.milan)
    await order("/_numbers/assign", numbers=[main_number.e164])
    await order("/_numbers/remove", numbers=[main_number.e164])
    assert await listed(customer.milan) == []
    assert (await hub.location_telephony(customer.access_token, customer.milan)).main_number is None


async def test_an_owner_is_listed_until_the_number_is_unassigned(order, listed, customer, numbers):
    """By name."""
    await order("/_numbers/assign", numbers=numbers[:1], first_name="Grace", last_name="Hopper")
    assert [number.owner for number in await listed(customer.munich)] == ["Grace Hopper", None]
    await order("/_numbers/unassign", numbers=numbers[:1])
    assert [number.owner for number in await listed(customer.munich)] == [None, None]


async def test_a_number_that_comes_back_has_no_owner(order, listed, customer, numbers):
    """It went with the number."""
    await order("/_numbers/assign", numbers=numbers)
    await order("/_numbers/remove", numbers=numbers)
    await order("/_numbers/add", location=customer.munich, numbers=numbers)
    assert [number.owner for number in await listed(customer.munich)] == [None, None]


async def test_assigned_numbers_are_counted(order, http, simulator, customer, numbers):
    """In the details, and named by the control route."""
    await order("/_numbers/assign", numbers=numbers[:1], type="PLACE")
    headers = {"Authorization": f"Bearer {customer.access_token}"}
    query = {"locationId": customer.munich, "details": "true"}
    page = (await http.get(f"{simulator.url}/v1/telephony/config/numbers", params=query, headers=headers)).json()
    assert (page["count"]["assigned"], page["count"]["unAssigned"]) == (1, 1)
    assert page["phoneNumbers"][0]["owner"]["type"] == "PLACE"
    shown = (await http.get(f"{simulator.url}/_numbers", params={"organization": customer.organization})).json()
    owner_ids = {number["phoneNumber"]: number["ownerId"] for number in shown}
    assert owner_ids[numbers[0]] == page["phoneNumbers"][0]["owner"]["id"]
    assert owner_ids[numbers[1]] is None


async def test_the_main_number_changes(order, hub, listed, customer, numbers):
    """There is one, or none."""
    await order("/_locations/main_number", location=customer.munich, number=numbers[0])
    await order("/_locations/main_number", location=customer.munich, number=numbers[1])
    assert [number.is_main for number in await listed(customer.munich)] == [False, True]
    assert (await hub.location_telephony(customer.access_token, customer.munich)).main_number == numbers[1]
    await order("/_locations/main_number", location=customer.munich, number=None)
    assert [number.is_main for number in await listed(customer.munich)] == [False, False]


@pytest.mark.usefixtures("numbers")
async def test_a_location_vanishes_with_its_numbers(order, hub, listed, customer, held):
    """Reading it back is a 404 from then on."""
    await order("/_locations/vanish", location=customer.munich)
    with pytest.raises(HubRefused) as caught:
        await listed(customer.munich)
    assert caught.value.status == 404
    assert customer.munich not in [location.id for location in await hub.locations(customer.access_token)]
    assert await held(customer) == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_numbers/assign", {"numbers": ["+12125550100"]}, 404),
        ("/_numbers/unassign", {"numbers": ["+12125550100"]}, 404),
        ("/_numbers/remove", {"numbers": ["+12125550100"]}, 404),
        ("/_numbers/remove", {"numbers": []}, 400),
        ("/_numbers/assign", {"number": "+12125550100"}, 400),
        ("/_numbers/add", {"numbers": ["+12125550100"], "location": "no-such"}, 404),
        ("/_locations/vanish", {"location": "no-such"}, 404),
        ("/_locations/main_number", {"location": "no-such", "number": None}, 404),
        ("/_switches", {"organization": "o", "switches": {"job_pols": 1}}, 400),
    ],
)
async def test_an_order_that_turns_nothing_is_refused(http, simulator, path, body, status):
    """A test with a misspelt one must not pass."""
    assert (await http.post(f"{simulator.url}{path}", json=body)).status_code == status


async def test_a_number_cannot_be_added_twice(http, simulator, customer, numbers):
    """Nor be the main number of another location."""
    body = {"location": customer.milan, "numbers": numbers}
    assert (await http.post(f"{simulator.url}/_numbers/add", json=body)).status_code == 409
    body = {"location": customer.milan, "number": numbers[0]}
    assert (await http.post(f"{simulator.url}/_locations/main_number", json=body)).status_code == 404


async def test_switches_not_named_stay(turn, hub, customer, fresh):
    """One after the other."""
    await turn(unknown_number_as_502=True)
    await turn(job_polls=3)
    with pytest.raises(HubRefused) as caught:
        await hub.remove_numbers(customer.access_token, customer.milan, fresh(1))
    assert caught.value.status == 502
