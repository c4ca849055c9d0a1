"""Moving numbers between locations by a job, and switching them on, against the simulator."""

import pytest

from controlhub.errors import HubBusy, HubNumberUnknown, HubRefused, HubUnanswered
from controlhub.numbers import HubJob, HubNumberType, HubNumberUsage

DID = (HubNumberType.DID, HubNumberUsage.NONE)
JOBS = "/manageNumbers"


@pytest.fixture
async def numbers(hub, customer, fresh):
    """Return three numbers of Milan."""
    numbers = fresh(3)
    await hub.add_numbers(customer.access_token, customer.milan, numbers, *DID)
    return numbers


@pytest.fixture
def found(order, customer):
    """Return the way to one more location of the customer: `found("Turin", provider="Other")`, its id."""

    async def go(name, **fields):
        body = {"organization": customer.organization, "name": name, "country": "IT", **fields}
        return (await order("/_locations/add", **body)).json()["id"]

    return go


@pytest.fixture
def move(hub, customer):
    """Return the way to move numbers of Milan and look at the end: `move(target, numbers)`."""

    async def go(target, numbers):
        job = await hub.start_move(customer.access_token, target, {customer.milan: numbers})
        return await hub.number_job(customer.access_token, job)

    return go


@pytest.fixture
def at(hub, customer):
    """Return the way to the numbers of a location, the main number aside: `at(location)`."""

    async def go(location):
        return [item.e164 async for item in hub.numbers(customer.access_token, location) if not item.is_main]

    return go


async def test_a_job_moves_numbers_when_it_ends(hub, customer, numbers, found, at, turn):
    """From several locations, and only those that are named."""
    await turn(job_polls=1)
    turin, rome = await found("Turin"), await found("Rome")
    job = await hub.start_move(customer.access_token, rome, {customer.milan: numbers[:1]})
    assert await hub.number_job(customer.access_token, job) == HubJob(running=True)
    assert await at(customer.milan) == numbers
    assert await hub.number_job(customer.access_token, job) == HubJob(running=False, problems=[])
    assert (await at(customer.milan), await at(rome)) == (numbers[1:], numbers[:1])
    together = {rome: numbers[:1], customer.milan: numbers[1:2]}
    job = await hub.start_move(customer.access_token, turin, together)
    await hub.number_job(customer.access_token, job)
    assert (await hub.number_job(customer.access_token, job)).problems == []
    assert (await at(customer.milan), await at(turin)) == (numbers[2:], numbers[:2])


async def test_numbers_that_cannot_move_are_named_with_the_reason(move, hub, customer, numbers, found, at, order, turn):
    """Assigned, main, inactive, not there; the others move."""
    await turn(job_polls=0)
    turin = await found("Turin")
    main = (await hub.location_telephony(customer.access_token, customer.milan)).main_number
    inactive, unknown = "+390211112222", "+390211113333"
    await order("/_numbers/add", location=customer.milan, numbers=[inactive], state="INACTIVE")
    await order("/_numbers/assign", numbers=numbers[:1])
    job = await move(turin, [*numbers, main, inactive, unknown])
    assert {problem.e164: problem.code for problem in job.problems} == {
        numbers[0]: "BATCH-1017023",
        main: "BATCH-1017024",
        inactive: "BATCH-1017021",
        unknown: "25089",
    }
    assert await at(turin) == numbers[1:]


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"provider": "Another carrier"}, "BATCH-1017022"),
        ({"connection_type": "NON_INTEGRATED_CCP"}, "BATCH-1017027"),
        ({"country": "FR"}, "BATCH-1017027"),
    ],
)
async def test_numbers_stay_where_the_locations_differ(move, customer, numbers, found, at, turn, other, code):
    """In provider, PSTN connection type or country."""
    await turn(job_polls=0)
    job = await move(await found("Elsewhere", **other), numbers[:1])
    assert [(problem.e164, problem.code) for problem in job.problems] == [(numbers[0], code)]
    assert await at(customer.milan) == numbers


async def test_an_older_control_hub_moves_one_number_at_a_time(move, numbers, found, at, turn):
    """Each of several is told so; one alone goes."""
    await turn(job_polls=0, moves_one_number=True)
    turin = await found("Turin")
    job = await move(turin, numbers[:2])
    assert [problem.code for problem in job.problems] == ["BATCH-1017031"] * 2
    assert (await move(turin, numbers[:1])).problems == []
    assert await at(turin) == numbers[:1]


async def test_a_move_beside_another_job_has_to_come_back(hub, customer, numbers, found, turn):
    """Whatever the other job does."""
    await turn(job_polls=5)
    turin, token = await found("Turin"), customer.access_token
    await hub.start_usage_change(token, customer.milan, numbers[:1], HubNumberUsage.SERVICE)
    with pytest.raises(HubBusy) as caught:
        await hub.start_move(token, turin, {customer.milan: numbers[1:]})
    assert caught.value.status == 409


async def test_a_move_to_nowhere_is_refused(move, numbers):
    """And none is started."""
    with pytest.raises(HubRefused) as caught:
        await move("no-such", numbers)
    assert caught.value.status == 404


async def test_a_target_that_vanished_meanwhile_takes_no_numbers(hub, customer, numbers, found, order, at):
    """They stay where they were."""
    turin = await found("Turin")
    job = await hub.start_move(customer.access_token, turin, {customer.milan: numbers})
    await order("/_locations/vanish", location=turin)
    await hub.number_job(customer.access_token, job)
    ended = await hub.number_job(customer.access_token, job)
    assert {problem.code for problem in ended.problems} == {"BATCH-1017027"}
    assert await at(customer.milan) == numbers


@pytest.mark.parametrize("rule", [{"status": 502, "when": "after"}, {"drop": True, "when": "after"}, {"status": 200}])
async def test_a_move_without_a_clear_answer_is_not_repeated(hub, customer, numbers, found, fail, logged, rule):
    """It may have been started."""
    turin = await found("Turin")
    await fail(method="POST", path_contains=JOBS, **rule)
    with pytest.raises(HubUnanswered):
        await hub.start_move(customer.access_token, turin, {customer.milan: numbers})
    assert len(await logged(customer, JOBS)) == 1


@pytest.fixture
async def inactive(order, customer, fresh):
    """Return two inactive numbers of Milan."""
    numbers = fresh(2)
    await order("/_numbers/add", location=customer.milan, numbers=numbers, state="INACTIVE")
    return numbers


@pytest.fixture
def active(hub, customer):
    """Return the way to the active numbers of Milan, the main number aside."""

    async def go():
        numbers = hub.numbers(customer.access_token, customer.milan)
        return [item.e164 async for item in numbers if item.active and not item.is_main]

    return go


async def test_numbers_are_switched_on(hub, customer, inactive, active):
    """A second time changes nothing."""
    await hub.activate_numbers(customer.access_token, customer.milan, inactive)
    await hub.activate_numbers(customer.access_token, customer.milan, inactive)
    assert await active() == inactive


@pytest.mark.parametrize("rule", [{"status": 502, "when": "after"}, {"drop": True}, {"status": 503}])
async def test_switching_on_is_repeated_after_a_lost_answer(hub, customer, inactive, active, fail, logged, rule):
    """It changes nothing where it was done."""
    await fail(method="PUT", times=1, **rule)
    await hub.activate_numbers(customer.access_token, customer.milan, inactive)
    assert await active() == inactive
    assert [row["method"] for row in await logged(customer, "/numbers")].count("PUT") == 2


async def test_an_unknown_number_cannot_be_switched_on(hub, customer, inactive, active, fresh):
    """Nor can the others beside it."""
    with pytest.raises(HubNumberUnknown):
        await hub.activate_numbers(customer.access_token, customer.milan, [*inactive, *fresh(1)])
    assert await active() == []
