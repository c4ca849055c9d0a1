"""Who may ask for what."""

import pytest

from controlhub.errors import HubRefused, HubUnauthorized
from controlhub.numbers import HubNumberType, HubNumberUsage

DID = (HubNumberType.DID, HubNumberUsage.NONE)


@pytest.fixture
def get(http, simulator):
    """Return the way to any page with a customer's token: `get(customer, path, **query)`."""

    async def go(customer, path, **query):
        headers = {"Authorization": f"Bearer {customer.access_token}"}
        return await http.get(f"{simulator.url}/v1{path}", params=query, headers=headers)

    return go


@pytest.mark.parametrize(
    ("missing", "path"),
    [
        ("spark-admin:people_read", "/people/me"),
        ("spark-admin:locations_read", "/locations"),
        ("spark-admin:telephony_config_read", "/telephony/config/numbers"),
        ("spark-admin:telephony_config_read", "/telephony/config/locations/x"),
        ("spark-admin:telephony_pstn_read", "/telephony/pstn/locations/x/connection"),
        ("spark-admin:telephony_config_read", "/telephony/config/jobs/numbers/manageNumbers/x"),
    ],
)
async def test_every_call_wants_its_scope(get, order, customer, missing, path):
    """403 without it, which names it; not where it is the only one there."""
    await order("/_tokens/narrow", organization=customer.organization, scopes=[missing])
    assert (await get(customer, path)).status_code in {200, 404}
    await order("/_tokens/narrow", organization=customer.organization, scopes=["spark-admin:dial_plans"])
    answer = await get(customer, path)
    assert answer.status_code == 403
    assert missing in answer.json()["message"]


async def test_a_reader_writes_nothing(hub, order, customer, fresh, held):
    """Adding, removing, validating and jobs want the other scope."""
    await order("/_tokens/narrow", organization=customer.organization, scopes=["spark-admin:telephony_config_read"])
    token, numbers = customer.access_token, fresh(1)
    for attempt in (
        hub.add_numbers(token, customer.milan, numbers, *DID),
        hub.remove_numbers(token, customer.milan, numbers),
        hub.activate_numbers(token, customer.milan, numbers),
        hub.validate_numbers(token, numbers),
        hub.start_usage_change(token, customer.milan, numbers, HubNumberUsage.NONE),
    ):
        with pytest.raises(HubRefused) as caught:
            await attempt
        assert caught.value.status == 403
    assert await held(customer) == []


async def test_a_renewed_token_stays_narrow(hub, order, customer):
    """What was consented to is what it was narrowed to."""
    await order("/_tokens/narrow", organization=customer.organization, scopes=["spark-admin:people_read"])
    tokens = await hub.tokens_for_refresh(customer.refresh_token)
    with pytest.raises(HubRefused):
        await hub.locations(tokens.access_token)
    assert await hub.organization_id(tokens.access_token) == customer.organization


async def test_access_ends_before_its_time_and_is_renewed(hub, order, customer):
    """Consent itself is untouched."""
    await order("/_tokens/expire", organization=customer.organization)
    with pytest.raises(HubUnauthorized):
        await hub.locations(customer.access_token)
    assert await hub.locations((await hub.tokens_for_refresh(customer.refresh_token)).access_token)


async def test_a_partner_acts_on_its_customer(get, order, customer, other_customer):
    """With orgId, and on nobody else's; the customer does not act on the partner."""
    query = {"orgId": other_customer.organization}
    assert (await get(customer, "/locations", **query)).status_code == 403
    await order("/_organizations/manage", partner=customer.organization, customer=other_customer.organization)
    page = (await get(customer, "/locations", **query, max=2)).json()
    assert {location["orgId"] for location in page["items"]} == {other_customer.organization}
    assert (await get(other_customer, "/locations", orgId=customer.organization)).status_code == 403
    assert (await get(customer, "/locations", orgId=customer.organization)).status_code == 200


async def test_the_next_page_is_the_same_customer_s(get, http, order, customer, other_customer):
    """The link keeps orgId."""
    await order("/_organizations/manage", partner=customer.organization, customer=other_customer.organization)
    first = await get(customer, "/locations", orgId=other_customer.organization, max=2)
    headers = {"Authorization": f"Bearer {customer.access_token}"}
    second = (await http.get(first.links["next"]["url"], headers=headers)).json()
    assert {location["orgId"] for location in second["items"]} == {other_customer.organization}
