"""Changing the usage of numbers by a job, against the simulator."""

import pytest

from controlhub.errors import HubBusy, HubRefused, HubUnanswered
from controlhub.numbers import HubJob, HubNumberType, HubNumberUsage, HubProblem

DID = (HubNumberType.DID, HubNumberUsage.NONE)
JOBS = "/manageNumbers"


@pytest.fixture
async def numbers(hub, customer, fresh):
    """Return three numbers of Milan, of usage NONE."""
    numbers = fresh(3)
    await hub.add_numbers(customer.access_token, customer.milan, numbers, *DID)
    return numbers


@pytest.fixture
async def main_number(hub, customer):
    """Return Milan's main number."""
    return (await hub.location_telephony(customer.access_token, customer.milan)).main_number


@pytest.fixture
def start(hub, customer):
    """Return the way to start a job in Milan: `start(numbers)`."""

    async def go(numbers, usage=HubNumberUsage.SERVICE):
        return await hub.start_usage_change(customer.access_token, customer.milan, numbers, usage)

    return go


@pytest.fixture
def look(hub, customer):
    """Return the way to see how a job stands: `look(job_id)`."""

    async def go(job_id):
        return await hub.number_job(customer.access_token, job_id)

    return go


@pytest.fixture
def services(hub, customer):
    """Return the way to the numbers of usage SERVICE."""

    async def go():
        return [item.e164 async for item in hub.numbers(customer.access_token, None) if item.is_service]

    return go


async def test_a_job_changes_the_usage_when_it_ends(start, look, services, numbers, turn):
    """There and back again, and only of the numbers named."""
    await turn(job_polls=2)
    job_id = await start(numbers[:2])
    assert [await look(job_id), await look(job_id)] == [HubJob(running=True), HubJob(running=True)]
    assert await services() == []
    assert await look(job_id) == HubJob(running=False, failed=False, problems=[])
    assert await services() == numbers[:2]
    await turn(job_polls=0)
    assert not (await look(await start(numbers[:1], HubNumberUsage.NONE))).running
    assert await services() == numbers[1:2]


async def test_numbers_that_cannot_be_changed_are_named_with_the_reason(
    start, look, services, numbers, main_number, order, fresh, turn
):
    """Assigned, main, unknown; the others are changed."""
    await turn(job_polls=0)
    (unknown,) = fresh(1)
    await order("/_numbers/assign", numbers=numbers[1:2])
    job = await look(await start([*numbers, main_number, unknown]))
    assert (job.running, job.failed) == (False, False)
    assert {problem.e164: problem.code for problem in job.problems} == {
        numbers[1]: "BATCH-1017023",
        main_number: "BATCH-1017024",
        unknown: "25089",
    }
    assert all(problem.message for problem in job.problems)
    assert await services() == [numbers[0], numbers[2]]


async def test_problems_come_from_every_page(start, look, turn, fresh, logged, customer, fail):
    """Of a list in two pages, both."""
    await turn(job_polls=0)
    link = {"link": '</v1/telephony/config/jobs/numbers/manageNumbers/next/errors>; rel="next"'}
    pages = [{"items": [{"item": number}]} for number in fresh(2)]
    await fail(
        {"path_contains": "/errors", "status": 200, "headers": link, "body": pages[0], "times": 1},
        {"path_contains": "/next/errors", "status": 200, "body": pages[1]},
    )
    job = await look(await start(fresh(1)))
    assert [problem.e164 for problem in job.problems] == [page["items"][0]["item"] for page in pages]
    assert len(await logged(customer, "/errors")) == 2


async def test_a_thousand_numbers_are_one_job(start, look, turn, fresh):
    """The limit, with a problem for each of them."""
    await turn(job_polls=0)
    numbers = fresh(1000)
    assert [problem.e164 for problem in (await look(await start(numbers))).problems] == numbers


async def test_a_job_that_fails_as_a_whole_names_no_numbers(start, look, services, numbers, turn):
    """And changed none here, which its caller has to read back."""
    await turn(job_polls=0, job_fails=True)
    assert await look(await start(numbers)) == HubJob(running=False, failed=True, problems=[])
    assert await services() == []


async def test_an_error_that_names_no_number_fails_the_job(start, look, numbers, turn, fail):
    """Nobody could say which numbers it is about."""
    await turn(job_polls=0)
    await fail(path_contains="/errors", status=200, body={"items": [{"item": numbers[0]}, {"itemNumber": 2}]})
    assert await look(await start(numbers)) == HubJob(
        running=False, failed=True, problems=[HubProblem(numbers[0], "", "")]
    )


async def test_a_job_beside_another_has_to_come_back(start, look, services, numbers, turn, naps):
    """At once, without waiting for the other; then it is taken."""
    await turn(job_polls=1)
    first = await start(numbers[:1])
    with pytest.raises(HubBusy) as caught:
        await start(numbers[1:])
    assert caught.value.status == 409
    assert caught.value.tracking_id.startswith("SIMULATOR_")
    assert naps == []
    await look(first)
    await look(await start(numbers[1:]))
    assert await services() == numbers[:1]


@pytest.mark.parametrize("rule", [{"status": 502, "when": "after"}, {"drop": True, "when": "after"}, {"status": 200}])
async def test_a_start_without_a_clear_answer_is_not_repeated(start, numbers, fail, logged, customer, rule):
    """It may have been started: a 200 that holds no id says as little as no answer."""
    await fail(method="POST", path_contains=JOBS, **rule)
    with pytest.raises(HubUnanswered):
        await start(numbers)
    assert len(await logged(customer, JOBS)) == 1


async def test_a_lost_job_ends_and_makes_room(start, services, numbers, turn, fail):
    """Whoever does not know its id gets through after a while."""
    await turn(job_polls=0)
    await fail(method="POST", path_contains=JOBS, status=502, when="after", times=1)
    with pytest.raises(HubUnanswered):
        await start(numbers)
    assert await start(numbers)
    assert await services() == numbers


async def test_a_busy_control_hub_is_asked_again(start, numbers, fail, naps):
    """429 and 423 did nothing."""
    await fail(method="POST", path_contains=JOBS, status=423, retry_after=3, times=1)
    assert await start(numbers)
    assert naps == [3.0]


async def test_looking_survives_lost_answers(start, look, numbers, turn, fail, naps):
    """It changes nothing."""
    await turn(job_polls=0)
    job_id = await start(numbers)
    await fail(method="GET", path_contains=JOBS, status=503, times=1)
    assert not (await look(job_id)).running
    assert naps == [0.5]


async def test_another_refusal_of_a_job_is_a_refusal(hub, customer, start, fresh):
    """Only a conflict means "later"; the third shape of errors has its code."""
    with pytest.raises(HubRefused) as caught:
        await start(["0212"])
    assert (caught.value.status, caught.value.code) == (400, "BATCH-1017017")
    with pytest.raises(HubRefused) as caught:
        await hub.start_usage_change(customer.access_token, "no-such", fresh(1), HubNumberUsage.NONE)
    assert caught.value.status == 404


@pytest.mark.parametrize("job_id", ["no-such", "a/b"])
async def test_a_job_that_nobody_knows_is_refused(look, job_id):
    """With a 404, whatever the id holds."""
    with pytest.raises(HubRefused) as caught:
        await look(job_id)
    assert caught.value.status == 404
