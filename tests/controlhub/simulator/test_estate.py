"""What an administrator does to locations, by control routes."""

import pytest

from controlhub.numbers import HubLocation


@pytest.fixture
def add(order, customer):
    """Return the way to a new location: `add(**fields)`, its id."""

    async def go(**fields):
        body = {"organization": customer.organization, "name": "Turin", "country": "IT", **fields}
        return (await order("/_locations/add", **body)).json()["id"]

    return go


async def test_a_location_is_added_and_comes_back_as_itself(add, hub, order, customer):
    """The same id for the same name."""
    first = await add()
    assert HubLocation(first, "Turin", "IT") in await hub.locations(customer.access_token)
    await order("/_locations/vanish", location=first)
    assert await add() == first


async def test_a_location_is_changed(add, hub, order, customer):
    """What is not named stays."""
    turin = await add()
    await order("/_locations/change", location=turin, connection_type="CISCO_PSTN")
    telephony = await hub.location_telephony(customer.access_token, turin)
    assert telephony.connection_type == "CISCO_PSTN"
    await order("/_locations/change", location=turin, name="Torino")
    assert HubLocation(turin, "Torino", "IT") in await hub.locations(customer.access_token)
    assert (await hub.location_telephony(customer.access_token, turin)).connection_type == "CISCO_PSTN"


async def test_a_location_may_have_no_connection(add, hub, customer):
    """As one that nobody has set up yet."""
    turin = await add(connection_type=None)
    assert (await hub.location_telephony(customer.access_token, turin)).connection_type is None


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"country": "Italy"}, 400), ({"organization": "nobody"}, 404), ({"name": ""}, 400), ({"pstn": "x"}, 400)],
)
async def test_a_location_not_understood_is_refused(http, simulator, customer, fields, status):
    """A test with a misspelt order must not pass."""
    body = {"organization": customer.organization, "name": "Turin", "country": "IT", **fields}
    assert (await http.post(f"{simulator.url}/_locations/add", json=body)).status_code == status


async def test_no_two_locations_have_a_name(add, http, simulator, customer):
    """In one organization."""
    await add()
    body = {"organization": customer.organization, "name": "Turin", "country": "IT"}
    assert (await http.post(f"{simulator.url}/_locations/add", json=body)).status_code == 409
