"""Attempts, waits and slots, against the simulator and its faults."""

import asyncio
import socket

import httpx
import pytest

from controlhub.errors import HubBusy, HubUnanswered
from controlhub.exchange import HubRequest
from controlhub.numbers import HubNumberType, HubNumberUsage
from controlhub.retries import Effect

ADD = (HubNumberType.DID, HubNumberUsage.NONE)


class Gauge:
    """Counts requests in flight."""

    def __init__(self):
        self.level = self.highest = 0

    async def up(self, _):
        """Count a request that is about to be sent."""
        self.level += 1
        self.highest = max(self.highest, self.level)

    async def down(self, _):
        """Count the answer to a request."""
        self.level -= 1


@pytest.fixture
def closed_url():
    """Return an address at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("status", [423, 429])
async def test_a_busy_hub_is_asked_again_after_the_wait_it_asks_for(hub, customer, fail, naps, fresh, held, status):
    """Writes too: nothing was done."""
    await fail(method="POST", path_contains="/numbers", status=status, retry_after=7, times=2)
    numbers = fresh(2)
    await hub.add_numbers(customer.access_token, customer.milan, numbers, *ADD)
    assert naps == [7.0, 7.0]
    assert await held(customer) == numbers


async def test_without_retry_after_the_wait_is_5_s(hub, customer, fail, naps):
    """The SDK's value."""
    await fail(path_contains="/people/me", status=429, times=1)
    assert await hub.organization_id(customer.access_token) == customer.organization
    assert naps == [5.0]


async def test_a_hub_that_stays_busy_is_given_up(hub, customer, fail, naps):
    """Attempts are bounded, and the tracking id is kept."""
    await fail(path_contains="/people/me", status=429, retry_after=20)
    with pytest.raises(HubBusy) as caught:
        await hub.organization_id(customer.access_token)
    assert naps == [20.0] * 4
    assert (caught.value.status, caught.value.retry_after_s) == (429, 20.0)
    assert caught.value.tracking_id.startswith("SIMULATOR_")


@pytest.mark.parametrize("status", [423, 429])
async def test_a_hub_that_asks_for_an_hour_is_given_up_at_once(hub, customer, fail, naps, status):
    """Whoever asked is told when to come back, and holds on to nothing until then."""
    await fail(path_contains="/people/me", status=status, retry_after=3600)
    with pytest.raises(HubBusy) as caught:
        await hub.organization_id(customer.access_token)
    assert naps == []
    assert caught.value.retry_after_s == 3600.0


async def test_a_429_stops_the_other_requests_of_the_organization(hub, customer, fail):
    """They would be turned away, too."""
    await fail(path_contains="/people/me", status=429, retry_after=3600)
    with pytest.raises(HubBusy):
        await hub.organization_id(customer.access_token)
    with pytest.raises(HubBusy) as caught:
        await hub.locations(customer.access_token)
    assert caught.value.retry_after_s == 3600.0


async def test_a_429_stops_nobody_else(hub, customer, other_customer, fail, naps):
    """Limits are an organization's own."""
    await fail(path_contains="/people/me", status=429, retry_after=20, times=5)
    with pytest.raises(HubBusy):
        await hub.organization_id(customer.access_token)
    naps.clear()
    assert await hub.organization_id(other_customer.access_token) == other_customer.organization
    assert naps == []


@pytest.mark.parametrize(
    "rule", [{"status": 500}, {"status": 502}, {"status": 503}, {"status": 504}, {"drop": True}, {"status": 429}]
)
async def test_a_read_survives_lost_answers(hub, customer, fail, naps, rule):
    """A second look does no harm."""
    await fail(path_contains="/people/me", times=2, **rule)
    assert await hub.organization_id(customer.access_token) == customer.organization
    assert len(naps) == 2


@pytest.mark.parametrize("rule", [{"status": 502}, {"drop": True}])
async def test_a_read_that_is_never_answered_is_given_up(hub, customer, fail, naps, rule):
    """Attempts are bounded."""
    await fail(path_contains="/people/me", **rule)
    with pytest.raises(HubUnanswered):
        await hub.organization_id(customer.access_token)
    assert naps == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize("rule", [{"status": 500}, {"status": 502}, {"status": 503}, {"status": 504}, {"drop": True}])
async def test_a_write_with_a_lost_answer_is_not_repeated_though_done(hub, customer, fail, naps, fresh, held, rule):
    """Only reading back can tell, and here it would."""
    await fail(method="POST", path_contains="/numbers", when="after", **rule)
    numbers = fresh(3)
    with pytest.raises(HubUnanswered):
        await hub.add_numbers(customer.access_token, customer.milan, numbers, *ADD)
    assert naps == []
    assert await held(customer) == numbers


async def test_a_lost_removal_is_not_repeated_either(hub, customer, fail, naps, fresh, held):
    """It is a write."""
    numbers = fresh(2)
    await hub.add_numbers(customer.access_token, customer.milan, numbers, *ADD)
    await fail(method="DELETE", when="after", status=504)
    with pytest.raises(HubUnanswered):
        await hub.remove_numbers(customer.access_token, customer.milan, numbers)
    assert naps == []
    assert await held(customer) == []


async def test_a_lost_write_may_not_have_been_done(hub, customer, fail, fresh, held):
    """The same error, the other truth."""
    await fail(method="POST", path_contains="/numbers", drop=True)
    with pytest.raises(HubUnanswered):
        await hub.add_numbers(customer.access_token, customer.milan, fresh(1), *ADD)
    assert await held(customer) == []


async def test_a_write_that_takes_too_long_is_unanswered(build_hub, customer, fail, fresh, held):
    """The numbers are there all the same."""
    await fail(method="POST", path_contains="/numbers", when="after", hang_s=5)
    numbers = fresh(1)
    async with httpx.AsyncClient(timeout=0.2) as impatient:
        with pytest.raises(HubUnanswered) as caught:
            await build_hub(client=impatient).add_numbers(customer.access_token, customer.milan, numbers, *ADD)
    assert caught.value.reason == "ReadTimeout"
    assert await held(customer) == numbers


async def test_a_write_is_repeated_where_no_connection_was_opened(build_hub, closed_url, naps, fresh):
    """It was certainly not done; attempts are bounded."""
    with pytest.raises(HubUnanswered) as caught:
        await build_hub(url=closed_url).add_numbers("token", "location", fresh(1), *ADD)
    assert caught.value.reason == "ConnectError"
    assert naps == [0.5, 1.0, 2.0, 4.0]


async def test_the_slot_is_free_while_a_request_waits(build_hub, customer, fail):
    """With one slot, another request gets through during the wait."""
    answers = []

    async def look_meanwhile(_: float) -> None:
        answers.append(await hub.organization_id(customer.access_token))

    hub = build_hub(slots=1, sleep=look_meanwhile)
    await fail(path_contains="/locations", status=423, times=1)
    async with asyncio.timeout(5):
        await hub.locations(customer.access_token)
    assert answers == [customer.organization]


async def test_no_more_requests_run_at_once_than_there_are_slots(build_hub, customer):
    """And no fewer, where there is enough to do."""
    gauge = Gauge()
    hooks = {"request": [gauge.up], "response": [gauge.down]}
    async with httpx.AsyncClient(event_hooks=hooks) as counted:
        hub = build_hub(client=counted, slots=2)
        await asyncio.gather(*[hub.organization_id(customer.access_token) for _ in range(8)])
    assert gauge.highest == 2


async def test_waits_are_logged_without_tokens_or_numbers(hub, customer, fail, fresh, caplog):
    """The log names what an operator needs, no more."""
    await fail(method="POST", path_contains="/numbers", status=429, times=1)
    (number,) = fresh(1)
    await hub.add_numbers(customer.access_token, customer.milan, [number], *ADD)
    (record,) = [record for record in caplog.records if record.name == "controlhub.exchange"]
    assert "HTTP 429 (tracking id SIMULATOR_" in record.getMessage()
    assert customer.access_token not in caplog.text
    assert number not in caplog.text


def test_a_request_keeps_its_secrets_out_of_its_repr():
    """Tracebacks show values."""
    request = HubRequest("POST", "u", Effect.ONCE, "secret-1", json={"n": "secret-2"}, form={"c": "secret-3"})
    assert "secret" not in repr(request)
