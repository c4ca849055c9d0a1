"""The simulator's rules for numbers, asked without the client, which keeps them by itself."""

import pytest


@pytest.fixture
def call(http, simulator, customer):
    """Return the way to a location's numbers: `call(method, location, **body)`."""

    async def go(method, location, **body):
        return await http.request(
            method,
            f"{simulator.url}/v1/telephony/config/locations/{location}/numbers",
            json=body,
            headers={"Authorization": f"Bearer {customer.access_token}"},
        )

    return go


@pytest.fixture
def listed(http, simulator, customer):
    """Return the way to a page of numbers: `listed(**query)`."""

    async def go(**query):
        url = f"{simulator.url}/v1/telephony/config/numbers"
        return await http.get(url, params=query, headers={"Authorization": f"Bearer {customer.access_token}"})

    return go


async def test_an_addition_answers_201_without_a_body(call, customer, fresh):
    """As documented."""
    answer = await call("POST", customer.milan, phoneNumbers=fresh(3))
    assert (answer.status_code, answer.content) == (201, b"")


async def test_a_number_twice_in_a_request_is_added_once(call, customer, fresh, held):
    """The second is ignored."""
    (number,) = fresh(1)
    assert (await call("POST", customer.milan, phoneNumbers=[number, number])).status_code == 201
    assert await held(customer) == [number]


async def test_valid_numbers_beside_an_invalid_one_are_added(call, customer, fresh, held):
    """So that a caller who does not read back is wrong."""
    numbers = fresh(2)
    answer = await call("POST", customer.milan, phoneNumbers=[*numbers, "0212"])
    assert answer.status_code == 400
    assert [error["number"] for error in answer.json()[0]["errors"]] == ["0212"]
    assert await held(customer) == numbers


async def test_a_number_in_use_answers_both_codes(call, customer, fresh):
    """25223 outside, 8363 inside."""
    (number,) = fresh(1)
    await call("POST", customer.milan, phoneNumbers=[number])
    body = (await call("POST", customer.milan, phoneNumbers=[number])).json()
    assert (body["errorCode"], body["errors"][0]["errorCode"]) == (25223, 8363)
    assert body["trackingId"].startswith("SIMULATOR_")


@pytest.mark.parametrize(
    ("method", "how_many", "extra", "status"),
    [
        ("POST", 20, {"numberType": "MOBILE"}, 201),
        ("POST", 21, {"numberType": "MOBILE"}, 400),
        ("POST", 501, {"numberType": "DID"}, 201),
        ("POST", 1, {"numberType": "FAX"}, 400),
        ("POST", 0, {}, 400),
        ("DELETE", 6, {}, 400),
        ("PUT", 501, {"action": "DEACTIVATE"}, 400),
        ("PUT", 1, {"action": "SLEEP"}, 400),
    ],
)
async def test_requests_have_limits(call, customer, fresh, method, how_many, extra, status):
    """Those of the documentation."""
    answer = await call(method, customer.milan, phoneNumbers=fresh(how_many), **extra)
    assert answer.status_code == status


async def test_mobile_numbers_go_to_any_connection(call, customer, fresh):
    """Unlike the others."""
    assert (await call("POST", customer.london, phoneNumbers=fresh(1), numberType="MOBILE")).status_code == 201
    assert (await call("POST", customer.london, phoneNumbers=fresh(1), numberType="DID")).status_code == 400


async def test_the_main_number_stays(call, listed, customer):
    """It cannot be removed."""
    page = (await listed(locationId=customer.milan)).json()
    main_number = page["phoneNumbers"][0]["phoneNumber"]
    answer = await call("DELETE", customer.milan, phoneNumbers=[main_number])
    assert answer.status_code == 400
    assert (await listed(locationId=customer.milan)).json() == page


async def test_an_unknown_number_keeps_the_others(call, customer, fresh, held):
    """All of them or none, with the second shape of errors."""
    known, unknown = fresh(2)
    await call("POST", customer.milan, phoneNumbers=[known])
    answer = await call("DELETE", customer.milan, phoneNumbers=[known, unknown])
    assert answer.status_code == 400
    assert answer.json()["error"][0]["message"][0]["code"] == "25089"
    assert await held(customer) == [known]


async def test_numbers_of_another_location_are_unknown(call, customer, fresh, held):
    """A location removes its own."""
    numbers = fresh(1)
    await call("POST", customer.milan, phoneNumbers=numbers)
    assert (await call("DELETE", customer.munich, phoneNumbers=numbers)).status_code == 400
    assert await held(customer) == numbers


async def test_numbers_are_switched_off_and_on(call, listed, customer, fresh):
    """ACTIVATE is the default."""
    numbers = fresh(1)
    await call("POST", customer.munich, phoneNumbers=numbers)
    off = await call("PUT", customer.munich, phoneNumbers=numbers, action="DEACTIVATE")
    assert off.status_code == 204
    assert (await listed(locationId=customer.munich)).json()["phoneNumbers"][0]["state"] == "INACTIVE"
    await call("PUT", customer.munich, phoneNumbers=numbers)
    assert (await listed(locationId=customer.munich)).json()["phoneNumbers"][0]["state"] == "ACTIVE"


async def test_another_organizations_location_is_not_found(call, other_customer, fresh):
    """A token opens its own organization only."""
    assert (await call("POST", other_customer.milan, phoneNumbers=fresh(1))).status_code == 404


async def test_pages_are_linked(call, listed, customer, fresh, simulator):
    """The link keeps the query; the last page has none."""
    numbers = fresh(3)
    await call("POST", customer.munich, phoneNumbers=numbers)
    first = await listed(locationId=customer.munich, max=2)
    assert first.links["next"]["url"].startswith(f"{simulator.url}/v1/telephony/config/numbers?")
    last = await listed(locationId=customer.munich, max=2, start=2)
    assert [item["phoneNumber"] for item in last.json()["phoneNumbers"]] == numbers[2:]
    assert last.links == {}


async def test_details_count_the_numbers(call, listed, customer, fresh):
    """Of the location asked for."""
    await call("POST", customer.munich, phoneNumbers=fresh(2), numberUsageType="SERVICE")
    await call("POST", customer.munich, phoneNumbers=fresh(1), numberType="TOLLFREE", state="INACTIVE")
    page = (await listed(locationId=customer.munich, details="true")).json()
    assert page["count"] == {
        "total": 3,
        "assigned": 0,
        "unAssigned": 3,
        "inActive": 1,
        "tollFreeNumbers": 1,
        "mobileNumber": 0,
        "serviceNumber": 2,
    }


async def test_a_smaller_limit_can_be_set(call, turn, customer, fresh, held):
    """For numbers of every type; nobody knows the real one."""
    await turn(add_limit=2)
    for number_type in ("DID", "MOBILE"):
        refused = await call("POST", customer.milan, phoneNumbers=fresh(3), numberType=number_type)
        assert refused.status_code == 400
    assert await held(customer) == []
    assert (await call("POST", customer.milan, phoneNumbers=fresh(2))).status_code == 201


async def test_numbers_that_are_there_can_be_passed_over(call, turn, customer, fresh, held):
    """As documented; those of another location are in use all the same."""
    await turn(ignores_present_numbers=True)
    present, new, elsewhere = fresh(3)
    await call("POST", customer.milan, phoneNumbers=[present])
    await call("POST", customer.munich, phoneNumbers=[elsewhere])
    assert (await call("POST", customer.milan, phoneNumbers=[present, new])).status_code == 201
    assert (await call("POST", customer.milan, phoneNumbers=[elsewhere])).status_code == 409
    assert sorted(await held(customer)) == [present, new, elsewhere]


async def test_an_assigned_number_cannot_be_switched_off(call, order, customer, fresh):
    """It may be switched on."""
    numbers = fresh(1)
    await call("POST", customer.milan, phoneNumbers=numbers)
    await order("/_numbers/assign", numbers=numbers)
    assert (await call("PUT", customer.milan, phoneNumbers=numbers, action="DEACTIVATE")).status_code == 400
    assert (await call("PUT", customer.milan, phoneNumbers=numbers, action="ACTIVATE")).status_code == 204


async def test_the_validation_has_the_documented_shape_too(hub, turn, customer, fresh):
    """The client reads both."""
    bad = "0212"
    live = await hub.validate_numbers(customer.access_token, [*fresh(1), bad])
    await turn(documented_validation=True)
    assert await hub.validate_numbers(customer.access_token, [*fresh(1), bad]) == live
    assert [problem.e164 for problem in live] == [bad]


async def test_the_documented_validation_names_numbers_as_documented(http, simulator, turn, customer, fresh):
    """`numbers` and `number`."""
    await turn(documented_validation=True)
    (number,) = fresh(1)
    url = f"{simulator.url}/v1/telephony/config/actions/validateNumbers/invoke"
    headers = {"Authorization": f"Bearer {customer.access_token}"}
    body = (await http.post(url, json={"phoneNumbers": [number]}, headers=headers)).json()
    assert body == {"status": "OK", "numbers": [{"number": number, "state": "Available", "detail": []}]}
