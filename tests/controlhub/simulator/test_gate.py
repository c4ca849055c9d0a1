"""What every request under /v1 goes through: token, latency, limit, log."""

import asyncio

import pytest

from controlhub.errors import HubUnanswered
from controlhub.numbers import HubNumberType, HubNumberUsage

DID = (HubNumberType.DID, HubNumberUsage.NONE)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/people/me"),
        ("GET", "/locations"),
        ("GET", "/telephony/config/locations/x"),
        ("GET", "/telephony/pstn/locations/x/connection"),
        ("POST", "/telephony/config/locations/x/numbers"),
        ("DELETE", "/telephony/config/locations/x/numbers"),
        ("PUT", "/telephony/config/locations/x/numbers"),
        ("GET", "/telephony/config/numbers"),
        ("POST", "/telephony/config/actions/validateNumbers/invoke"),
        ("POST", "/telephony/config/jobs/numbers/manageNumbers"),
        ("GET", "/telephony/config/jobs/numbers/manageNumbers/x"),
        ("GET", "/telephony/config/jobs/numbers/manageNumbers/x/errors"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer guessed"}])
async def test_every_call_needs_a_good_token(http, simulator, method, path, headers):
    """401 otherwise, with a tracking id in the body and the header."""
    answer = await http.request(method, f"{simulator.url}/v1{path}", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["trackingId"] == answer.headers["trackingid"]


async def test_an_unknown_path_is_answered_and_logged(http, simulator, customer, logged):
    """404 with the usual body."""
    headers = {"Authorization": f"Bearer {customer.access_token}"}
    answer = await http.get(f"{simulator.url}/v1/no/such", headers=headers)
    assert answer.status_code == 404
    (row,) = await logged(customer, "/no/such")
    assert row["trackingId"] == answer.json()["trackingId"]


async def test_a_body_that_is_no_json_is_refused(http, simulator, customer):
    """Not a crash."""
    url = f"{simulator.url}/v1/telephony/config/locations/{customer.milan}/numbers"
    headers = {"Authorization": f"Bearer {customer.access_token}"}
    assert (await http.post(url, content=b"{", headers=headers)).status_code == 400


async def test_the_log_says_what_was_asked_answered_and_done(hub, customer, fresh, logged):
    """One row for each request, in order."""
    numbers = fresh(2)
    await hub.add_numbers(customer.access_token, customer.milan, numbers, *DID)
    await hub.remove_numbers(customer.access_token, customer.milan, numbers)
    added, removed = await logged(customer, "/numbers")
    assert (added["method"], added["status"], added["applied"], added["numbers"]) == ("POST", 201, True, numbers)
    assert (removed["method"], removed["status"], removed["applied"]) == ("DELETE", 204, True)
    assert added["path"].endswith(f"/{customer.milan}/numbers")
    assert added["trackingId"].startswith("SIMULATOR_")


@pytest.mark.parametrize(
    ("rule", "status", "applied"),
    [
        ({"when": "before", "status": 502}, 502, False),
        ({"when": "after", "status": 502}, 502, True),
        ({"when": "before", "drop": True}, None, False),
        ({"when": "after", "drop": True}, None, True),
    ],
)
async def test_the_log_knows_what_a_caller_cannot(hub, customer, fail, logged, fresh, rule, status, applied):
    """Whether a lost request was done; a status of None is a dropped connection."""
    await fail(method="POST", path_contains="/numbers", **rule)
    with pytest.raises(HubUnanswered):
        await hub.add_numbers(customer.access_token, customer.milan, fresh(1), *DID)
    (row,) = await logged(customer, "/numbers")
    assert (row["status"], row["applied"]) == (status, applied)


async def test_the_log_goes_on_after_an_id(http, simulator, hub, customer):
    """And stops at the limit."""
    rows = (await http.get(f"{simulator.url}/_log")).json()["requests"]
    query = {"after": rows[-1]["id"], "limit": 1}
    await hub.organization_id(customer.access_token)
    await hub.organization_id(customer.access_token)
    (row,) = (await http.get(f"{simulator.url}/_log", params=query)).json()["requests"]
    assert row["path"] == "/v1/people/me"


async def test_the_rate_limit_says_when_to_come_back(launch, tmp_path, build_hub, consent_again, naps):
    """429 with Retry-After; another attempt then gets through."""
    simulator = launch(tmp_path / "state.db", "--rate-limit", "3")
    hub = build_hub(url=simulator.url)
    customer = await consent_again(hub, "Limited")
    answers = await asyncio.gather(
        *[hub.organization_id(customer.access_token) for _ in range(3)], return_exceptions=True
    )
    assert customer.organization in answers
    assert set(naps) == {1.0}


async def test_latency_and_limit_can_be_turned_and_turned_back(http, simulator):
    """What the request does not name stays."""
    turned = (await http.post(f"{simulator.url}/_faults", json={"latency_ms": 1, "rate_limit": 1000})).json()
    assert (turned["latency_ms"], turned["rate_limit"], turned["rules"]) == (1.0, 1000.0, [])
    turned = (await http.post(f"{simulator.url}/_faults", json={"rate_limit": None})).json()
    assert (turned["latency_ms"], turned["rate_limit"]) == (1.0, None)
    turned = (await http.delete(f"{simulator.url}/_faults")).json()
    assert (turned["latency_ms"], turned["rate_limit"]) == (0.0, None)


async def test_links_use_the_public_address(launch, tmp_path, build_hub, consent_again, http):
    """For a simulator behind a proxy."""
    simulator = launch(tmp_path / "state.db", "--public-url", "https://hub.example/")
    customer = await consent_again(build_hub(url=simulator.url), "Proxied")
    headers = {"Authorization": f"Bearer {customer.access_token}"}
    page = await http.get(f"{simulator.url}/v1/locations", params={"max": 2}, headers=headers)
    assert page.links["next"]["url"] == "https://hub.example/v1/locations?max=2&start=2"


async def test_the_rate_limit_can_keep_to_itself_when_to_come_back(http, launch, tmp_path, build_hub, consent_again):
    """429 without Retry-After; the rate stays as it was."""
    simulator = launch(tmp_path / "state.db")
    customer = await consent_again(build_hub(url=simulator.url), "Left alone")
    headers = {"Authorization": f"Bearer {customer.access_token}"}
    await http.post(f"{simulator.url}/_faults", json={"rate_limit": 0.001})
    await http.get(f"{simulator.url}/v1/people/me", headers=headers)
    told = await http.get(f"{simulator.url}/v1/people/me", headers=headers)
    await http.post(f"{simulator.url}/_faults", json={"rate_limit_is_silent": True})
    await http.get(f"{simulator.url}/v1/people/me", headers=headers)
    untold = await http.get(f"{simulator.url}/v1/people/me", headers=headers)
    assert [answer.status_code for answer in (told, untold)] == [429, 429]
    assert ["retry-after" in answer.headers for answer in (told, untold)] == [True, False]
