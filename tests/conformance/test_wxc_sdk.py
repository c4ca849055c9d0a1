"""What the simulator answers is what Webex's own SDK expects: its models read it, with no field they do not know."""

from itertools import count

import pytest
from pydantic import ValidationError
from wxc_sdk.rest import RestError
from wxc_sdk.telephony.jobs import NumberItem
from wxc_sdk.telephony.location.numbers import NumberUsageType, TelephoneNumberType

serial = count(5_550_000)


@pytest.fixture
def site(api):
    """Return New York, a location of the sample organization."""
    return next(location for location in api.locations.list() if location.name == "New York")


@pytest.fixture
def numbers():
    """Return three numbers that no other test uses."""
    return [f"+1646{next(serial)}" for _ in range(3)]


@pytest.fixture
def listed(api, site):
    """Return the way to the numbers of New York, as the SDK's own model has them."""
    return lambda: list(api.telephony.phone_numbers(location_id=site.location_id))


def test_tokens_are_given_and_renewed(integration, tokens):
    """With the times that the SDK reckons with."""
    first = tokens.access_token
    assert tokens.remaining > 13 * 24 * 3600
    integration.refresh(tokens)
    assert tokens.access_token != first
    assert tokens.token_type == "Bearer"


def test_the_administrator_and_the_locations_are_read(api):
    """Page by page."""
    me = api.people.me()
    locations = list(api.locations.list(max=2))
    assert [location.name for location in locations] == ["Milan", "New York", "Munich", "London", "Paris"]
    assert {location.org_id for location in locations} == {me.org_id}
    assert locations[1].address.country == "US"


def test_a_location_is_read_with_its_pstn_connection(api):
    """And its main number."""
    milan = next(iter(api.locations.list()))
    details = api.telephony.location.details(location_id=milan.location_id)
    assert details.calling_line_id.phone_number.startswith("+39")
    assert api.telephony.pstn.read(location_id=milan.location_id).pstn_connection_type == "LOCAL_GATEWAY"


def test_numbers_are_validated_as_live(api, site, numbers):
    """Every state that the SDK knows, with its reason."""
    new, present, twice = numbers
    api.telephony.location.number.add(site.location_id, [present])
    answer = api.telephony.validate_phone_numbers([new, present, twice, twice, "+1"])
    states = {item.phone_number: (item.state, bool(item.detail)) for item in answer.phone_numbers}
    assert states == {
        new: ("Available", False),
        present: ("Duplicate", True),
        twice: ("Duplicate In List", True),
        "+1": ("Invalid", True),
    }
    assert not answer.ok
    assert api.telephony.validate_phone_numbers([new]).ok


def test_the_documented_validation_is_not_what_the_sdk_reads(api, organization, control, numbers):
    """Its model knows the field names seen live only, which is why our client reads both."""
    control("/_switches", organization=organization, switches={"documented_validation": True})
    with pytest.raises(ValidationError) as caught:
        api.telephony.validate_phone_numbers(numbers)
    assert [error["loc"] for error in caught.value.errors()] == [("numbers",)]


def test_numbers_are_added_and_listed_with_details(api, site, numbers, listed):
    """One of each kind."""
    number = api.telephony.location.number
    number.add(site.location_id, numbers[:1], number_type=TelephoneNumberType.did, state="ACTIVE")
    number.add(site.location_id, numbers[1:2], number_type=TelephoneNumberType.tollfree, state="ACTIVE")
    number.add(site.location_id, numbers[2:], number_usage_type=NumberUsageType.service, state="INACTIVE")
    assert [(item.phone_number, item.state, item.toll_free_number, item.is_service_number) for item in listed()] == [
        (numbers[0], "ACTIVE", False, False),
        (numbers[1], "ACTIVE", True, False),
        (numbers[2], "INACTIVE", False, True),
    ]
    details = api.telephony.phone_number_details()
    assert (details.total, details.toll_free_numbers, details.in_active, details.service_number) == (4, 1, 1, 1)


def test_an_owner_is_read(api, site, numbers, listed, control):
    """By name."""
    api.telephony.location.number.add(site.location_id, numbers)
    control("/_numbers/assign", numbers=numbers[:1], first_name="Grace", last_name="Hopper")
    assert [item.owner and item.owner.last_name for item in listed()] == ["Hopper", None, None]


def test_objections_to_single_numbers_are_read(api, site, numbers):
    """A 400 that is a list."""
    answer = api.telephony.location.number.add(site.location_id, [*numbers, "0212"])
    assert [(error.number, error.error_code) for error in answer.errors] == [("0212", "8362")]


def test_numbers_are_switched_on(api, site, numbers, listed):
    """As an administrator would."""
    api.telephony.location.number.add(site.location_id, numbers, state="INACTIVE")
    api.telephony.location.number.activate(site.location_id, numbers)
    assert {item.state for item in listed()} == {"ACTIVE"}


def test_a_job_changes_the_usage(api, site, numbers, listed):
    """And says which numbers it did not change."""
    api.telephony.location.number.add(site.location_id, numbers[:2], state="ACTIVE")
    jobs = api.telephony.jobs.manage_numbers
    item = NumberItem(location_id=site.location_id, numbers=numbers)
    job = jobs.initiate_job("NUMBER_USAGE_CHANGE", [item], number_usage_type="SERVICE")
    assert job.latest_execution_status == "STARTED"
    jobs.status(job.id)
    ended = jobs.status(job.id)
    assert (ended.latest_execution_status, ended.latest_execution_exit_code) == ("COMPLETED", "COMPLETED_WITH_ERRORS")
    assert (ended.counts.numbers_usage_changed, ended.counts.numbers_failed) == (2, 1)
    assert [error.item for error in jobs.errors(job.id)] == numbers[2:]
    assert all(number.is_service_number for number in listed())


def test_a_job_moves_numbers(api, organization, site, numbers, listed, control):
    """To a location of the same country, connection and provider."""
    control("/_locations/add", organization=organization, name="Boston", country="US")
    boston = next(location for location in api.locations.list() if location.name == "Boston")
    api.telephony.location.number.add(site.location_id, numbers, state="ACTIVE")
    jobs = api.telephony.jobs.manage_numbers
    item = NumberItem(location_id=site.location_id, numbers=numbers)
    job = jobs.initiate_job("MOVE", [item], target_location_id=boston.location_id)
    jobs.status(job.id)
    ended = jobs.status(job.id)
    assert (ended.operation_type, ended.counts.numbers_moved) == ("MOVE", 3)
    assert ended.target_location_id == boston.location_id
    assert listed() == []


def test_numbers_are_removed(api, site, numbers, listed):
    """A second time is an error that the SDK has an exception for."""
    number = api.telephony.location.number
    number.add(site.location_id, numbers)
    number.remove(site.location_id, numbers)
    assert listed() == []
    with pytest.raises(RestError) as caught:
        number.remove(site.location_id, numbers)
    assert caught.value.response.status_code == 400
    assert "25089" in caught.value.description


def test_a_number_in_use_is_read_with_both_codes(api, site, numbers):
    """25223 outside, 8363 inside."""
    api.telephony.location.number.add(site.location_id, numbers)
    with pytest.raises(RestError) as caught:
        api.telephony.location.number.add(site.location_id, numbers)
    assert caught.value.response.status_code == 409
    assert (caught.value.detail.error_code, caught.value.code) == (25223, 8363)
    assert caught.value.detail.tracking_id


@pytest.mark.parametrize("status", [423, 500, 502, 503, 504])
def test_trouble_is_read(api, control, status):
    """With what went wrong, in words, and a tracking id."""
    control("/_faults", rules=[{"status": status, "times": 1}])
    with pytest.raises(RestError) as caught:
        list(api.locations.list())
    assert caught.value.response.status_code == status
    assert caught.value.detail.tracking_id == caught.value.response.headers["trackingid"]


def test_a_withdrawn_consent_and_a_missing_scope_are_read(api, organization, control):
    """403, then 401."""
    control("/_tokens/narrow", organization=organization, scopes=["spark-admin:people_read"])
    with pytest.raises(RestError) as caught:
        list(api.locations.list())
    assert (caught.value.response.status_code, bool(caught.value.detail.message)) == (403, True)
    control("/_tokens/revoke", organization=organization)
    with pytest.raises(RestError) as caught:
        api.people.me()
    assert (caught.value.response.status_code, bool(caught.value.detail.message)) == (401, True)


def test_a_limit_is_waited_for(api, control):
    """For as long as Retry-After says."""
    control("/_faults", rules=[{"status": 429, "retry_after": 0, "times": 1}])
    assert len(list(api.locations.list())) == 5
