"""Each call of the hub, against the simulator."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from api.settings import WEBEX_SCOPES
from controlhub.client import WebexSettings
from controlhub.errors import HubNumbersRefused, HubRefused, HubUnanswered, HubUnauthorized
from controlhub.numbers import HubLocationTelephony, HubNumber, HubNumberType, HubNumberUsage, HubProblem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DID = (HubNumberType.DID, HubNumberUsage.NONE)


def test_the_address_of_consent_says_who_asks_for_what(hub, simulator):
    """Scopes are one text with blanks between."""
    url = httpx.URL(hub.authorize_url("a state", "https://we.example/back?x=1"))
    assert str(url.copy_with(query=None)) == f"{simulator.url}/v1/authorize"
    assert dict(url.params) == {
        "client_id": "numberline",
        "response_type": "code",
        "redirect_uri": "https://we.example/back?x=1",
        "scope": " ".join(WEBEX_SCOPES),
        "state": "a state",
    }


@pytest.mark.parametrize("number_type", HubNumberType)
def test_limits_are_what_control_hub_takes(hub, number_type):
    """MOBILE is documented as 20, DELETE as 5, a job as 1,000."""
    assert 1 <= hub.add_limit(number_type) <= 20
    assert hub.remove_limit == 5
    assert hub.validate_limit == 100
    assert hub.number_job_limit == 1000
    assert hub.activate_limit == 500


async def test_a_code_is_good_once(hub, code_for, redirect_uri):
    """The second time is unauthorized, not merely refused."""
    code = await code_for("Once")
    tokens = await hub.tokens_for_code(code, redirect_uri)
    assert tokens.access_expires_at == NOW + timedelta(days=14)
    assert tokens.refresh_expires_at == NOW + timedelta(days=90)
    with pytest.raises(HubUnauthorized):
        await hub.tokens_for_code(code, redirect_uri)


async def test_tokens_are_renewed(hub, customer):
    """The new access token is another one, and works."""
    tokens = await hub.tokens_for_refresh(customer.refresh_token)
    assert tokens.access_token != customer.access_token
    assert await hub.organization_id(tokens.access_token) == customer.organization


async def test_a_wrong_secret_is_refused(build_hub, customer):
    """It is our mistake, not a withdrawn consent."""
    with pytest.raises(HubRefused) as caught:
        await build_hub(secret="wrong").tokens_for_refresh(customer.refresh_token)
    assert (caught.value.status, caught.value.code) == (401, "invalid_client")


async def test_token_calls_survive_lost_answers(hub, customer, fail, naps):
    """Renewing twice does no harm."""
    await fail(path_contains="/access_token", status=502, times=1)
    await hub.tokens_for_refresh(customer.refresh_token)
    assert naps == [0.5]


async def test_a_withdrawn_consent_is_unauthorized_everywhere(hub, customer, http, simulator):
    """From then on nothing works, the refresh token included."""
    await http.post(f"{simulator.url}/_tokens/revoke", json={"organization": customer.organization})
    with pytest.raises(HubUnauthorized) as caught:
        await hub.locations(customer.access_token)
    assert caught.value.tracking_id.startswith("SIMULATOR_")
    with pytest.raises(HubUnauthorized):
        await hub.tokens_for_refresh(customer.refresh_token)


async def test_locations_come_in_order_with_their_countries(hub, customer):
    """Five samples."""
    locations = await hub.locations(customer.access_token)
    assert [(location.name, location.country) for location in locations] == [
        ("Milan", "IT"),
        ("New York", "US"),
        ("Munich", "DE"),
        ("London", "GB"),
        ("Paris", "FR"),
    ]


async def test_telephony_of_a_location_is_two_answers_in_one(hub, customer):
    """Milan has a main number, Munich none."""
    milan = await hub.location_telephony(customer.access_token, customer.milan)
    assert milan.connection_type == "LOCAL_GATEWAY"
    assert milan.main_number.startswith("+3902")
    munich = await hub.location_telephony(customer.access_token, customer.munich)
    assert munich == HubLocationTelephony("NON_INTEGRATED_CCP", None)


async def test_a_location_without_calling_has_no_telephony(hub, customer):
    """Control Hub answers 404 for it."""
    assert await hub.location_telephony(customer.access_token, "no/such") == HubLocationTelephony(None, None)


async def test_another_refusal_of_telephony_is_not_hidden(hub, customer, fail):
    """Only 404 means "none"."""
    await fail(path_contains="/connection", status=403)
    with pytest.raises(HubRefused):
        await hub.location_telephony(customer.access_token, customer.milan)


async def test_validation_returns_the_objections(hub, customer, other_customer, fresh):
    """A good number brings none; the others a code each."""
    good, mine, taken, twice = fresh(4)
    await hub.add_numbers(customer.access_token, customer.milan, [mine], *DID)
    await hub.add_numbers(other_customer.access_token, other_customer.milan, [taken], *DID)
    problems = await hub.validate_numbers(customer.access_token, [good, mine, taken, twice, twice, "+1"])
    assert {problem.e164: problem.code for problem in problems} == {
        mine: "8363",
        taken: "8361",
        twice: "8360",
        "+1": "8362",
    }


async def test_validation_survives_lost_answers(hub, customer, fail, fresh, naps):
    """It changes nothing."""
    await fail(path_contains="/validateNumbers", status=503, times=1)
    assert await hub.validate_numbers(customer.access_token, fresh(1)) == []
    assert naps == [0.5]


@pytest.mark.parametrize("number_type", HubNumberType)
async def test_numbers_are_added_active_and_read_back(hub, customer, fresh, number_type):
    """Usage SERVICE comes back as such."""
    (number,) = fresh(1)
    await hub.add_numbers(customer.access_token, customer.munich, [number], number_type, HubNumberUsage.SERVICE)
    found = [number async for number in hub.numbers(customer.access_token, customer.munich)]
    assert found == [HubNumber(number, customer.munich, active=True, is_main=False, is_service=True, owner=None)]


async def test_reading_back_the_organization_covers_its_locations(hub, customer, fresh):
    """The main number is among them, and marked."""
    (number,) = fresh(1)
    await hub.add_numbers(customer.access_token, customer.munich, [number], *DID)
    found = [number async for number in hub.numbers(customer.access_token, None)]
    assert [(item.location_id, item.is_main) for item in found] == [(customer.milan, True), (customer.munich, False)]


async def test_many_numbers_come_page_by_page_each_once(hub, customer, http, simulator, fresh, logged):
    """2,500 numbers are three pages."""
    numbers = fresh(2500)
    await http.post(
        f"{simulator.url}/v1/telephony/config/locations/{customer.munich}/numbers",
        json={"phoneNumbers": numbers},
        headers={"Authorization": f"Bearer {customer.access_token}"},
    )
    found = [number.e164 async for number in hub.numbers(customer.access_token, customer.munich)]
    assert found == numbers
    assert len(await logged(customer, "/telephony/config/numbers")) == 3


async def test_an_empty_page_is_the_last_one(hub, customer, fail):
    """Even where it names a next one."""
    link = {"link": '</v1/telephony/config/numbers?start=9>; rel="next"'}
    await fail(path_contains="/telephony/config/numbers", status=200, headers=link, body={"phoneNumbers": []})
    assert [number async for number in hub.numbers(customer.access_token, customer.munich)] == []


async def test_a_next_page_elsewhere_is_an_error_not_the_end(hub, customer, fail):
    """Half a list must not pass for the whole."""
    link = {"link": '<https://evil.example/v1/locations>; rel="next"'}
    body = {"items": [{"id": "1", "name": "A"}]}
    await fail(path_contains="/v1/locations", status=200, headers=link, body=body)
    with pytest.raises(HubUnanswered):
        await hub.locations(customer.access_token)


@pytest.mark.parametrize("body", ["", "{", "<html>", [], {"items": 1}, {"items": [{}]}])
async def test_a_malformed_answer_to_a_read_is_no_answer(hub, customer, fail, body):
    """It is not a KeyError."""
    await fail(path_contains="/v1/locations", status=200, body=body)
    with pytest.raises(HubUnanswered):
        await hub.locations(customer.access_token)


async def test_a_number_in_use_refuses_the_whole_batch(hub, customer, fresh, held):
    """With 8363; nothing was added."""
    taken, other = fresh(2)
    await hub.add_numbers(customer.access_token, customer.munich, [taken], *DID)
    with pytest.raises(HubRefused) as caught:
        await hub.add_numbers(customer.access_token, customer.milan, [other, taken], *DID)
    assert (caught.value.status, caught.value.code) == (409, "8363")
    assert caught.value.tracking_id.startswith("SIMULATOR_")
    assert await held(customer) == [taken]


async def test_a_number_in_use_elsewhere_is_refused_alike(hub, customer, other_customer, fresh):
    """Control Hub does not say whose it is."""
    numbers = fresh(1)
    await hub.add_numbers(other_customer.access_token, other_customer.munich, numbers, *DID)
    with pytest.raises(HubRefused) as caught:
        await hub.add_numbers(customer.access_token, customer.milan, numbers, *DID)
    assert (caught.value.status, caught.value.code) == (409, "8363")


async def test_invalid_numbers_are_named_one_by_one(hub, customer, fresh):
    """The list of a 400."""
    (good,) = fresh(1)
    with pytest.raises(HubNumbersRefused) as caught:
        await hub.add_numbers(customer.access_token, customer.milan, [good, "12"], *DID)
    assert caught.value.problems == [HubProblem("12", "8362", "Number is not a valid E.164 number.")]


async def test_integrated_locations_are_refused(hub, customer, fresh):
    """On them the call would damage data."""
    with pytest.raises(HubRefused) as caught:
        await hub.add_numbers(customer.access_token, customer.london, fresh(1), *DID)
    assert caught.value.status == 400


def test_settings_keep_the_secret_out_of_their_repr():
    """Tracebacks show values."""
    secret = str(uuid4())
    assert secret not in repr(WebexSettings("https://webexapis.com/v1", "id", secret, []))
