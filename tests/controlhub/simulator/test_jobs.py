"""The simulator's rules for jobs, asked without the client, which keeps them by itself."""

import pytest

JOBS = "/v1/telephony/config/jobs/numbers/manageNumbers"


@pytest.fixture
def call(http, simulator, customer):
    """Return the way to the jobs: `call("POST", **body)`, `call("GET", f"/{job}")`."""

    async def go(method, path="", query=None, **body):
        return await http.request(
            method,
            f"{simulator.url}{JOBS}{path}",
            params=query,
            json=body or None,
            headers={"Authorization": f"Bearer {customer.access_token}"},
        )

    return go


@pytest.fixture
def change(call, customer):
    """Return the way to start a change to SERVICE in Milan: `change(numbers, **fields_of_the_body)`."""

    async def go(numbers, location=customer.milan, **fields):
        part = {"locationId": location, "numbers": numbers}
        body = {"operation": "NUMBER_USAGE_CHANGE", "numberUsageType": "SERVICE", "numberList": [part], **fields}
        return await call("POST", **body)

    return go


async def test_a_job_is_started_with_201(change, fresh):
    """It says that it runs."""
    answer = await change(fresh(2))
    job = answer.json()
    assert answer.status_code == 201
    assert (job["latestExecutionStatus"], job["latestExecutionExitCode"]) == ("STARTED", "UNKNOWN")
    assert job["counts"] == {"totalNumbers": 2, "numbersUsageChanged": 0, "numbersFailed": 0}


async def test_a_job_that_ended_stays_as_it_is(change, call, turn, order, fresh, customer):
    """What happens to the numbers later is none of its business."""
    await turn(job_polls=0)
    good, bad = fresh(2)
    await order("/_numbers/add", location=customer.milan, numbers=[good])
    job = (await change([good, bad])).json()["id"]
    ended = (await call("GET", f"/{job}")).json()
    assert (ended["latestExecutionStatus"], ended["latestExecutionExitCode"]) == ("COMPLETED", "COMPLETED_WITH_ERRORS")
    assert ended["counts"] == {"totalNumbers": 2, "numbersUsageChanged": 1, "numbersFailed": 1}
    await order("/_numbers/add", location=customer.milan, numbers=[bad])
    assert (await call("GET", f"/{job}")).json() == ended


async def test_a_job_sees_the_numbers_as_they_are_at_its_end(change, call, turn, order, fresh, customer):
    """A number assigned while it ran is not changed."""
    await turn(job_polls=0)
    numbers = fresh(1)
    await order("/_numbers/add", location=customer.milan, numbers=numbers)
    job = (await change(numbers)).json()["id"]
    await order("/_numbers/assign", numbers=numbers)
    await call("GET", f"/{job}")
    (item,) = (await call("GET", f"/{job}/errors")).json()["items"]
    assert (item["item"], item["error"]["message"][0]["code"]) == (numbers[0], "BATCH-1017023")
    assert item["error"]["message"][0]["locationId"] == customer.milan


async def test_numbers_of_another_location_are_unknown_to_a_job(change, call, turn, order, fresh, customer):
    """The part of numberList says which location."""
    await turn(job_polls=0)
    numbers = fresh(1)
    await order("/_numbers/add", location=customer.munich, numbers=numbers)
    job = (await change(numbers)).json()["id"]
    await call("GET", f"/{job}")
    (item,) = (await call("GET", f"/{job}/errors")).json()["items"]
    assert item["error"]["message"][0]["code"] == "25089"


async def test_errors_come_in_pages(change, call, turn, fresh):
    """With a link to the next one."""
    await turn(job_polls=0)
    numbers = fresh(3)
    job = (await change(numbers)).json()["id"]
    await call("GET", f"/{job}")
    first = await call("GET", f"/{job}/errors", {"max": 2})
    assert first.links["next"]["url"].endswith(f"{JOBS}/{job}/errors?max=2&start=2")
    last = await call("GET", f"/{job}/errors", {"max": 2, "start": 2})
    assert [(item["itemNumber"], item["item"]) for item in last.json()["items"]] == [(3, numbers[2])]
    assert last.links == {}


async def test_a_running_job_has_no_errors_yet(change, call, fresh):
    """Nothing has been tried."""
    job = (await change(fresh(1))).json()["id"]
    assert (await call("GET", f"/{job}/errors")).json() == {"items": []}


async def test_organizations_do_not_wait_for_each_other(change, fresh, http, simulator, other_customer):
    """One job at a time for each of them; a job is its own organization's."""
    job = (await change(fresh(1))).json()["id"]
    assert (await change(fresh(1))).status_code == 409
    headers = {"Authorization": f"Bearer {other_customer.access_token}"}
    part = {"locationId": other_customer.milan, "numbers": fresh(1)}
    body = {"operation": "NUMBER_USAGE_CHANGE", "numberUsageType": "NONE", "numberList": [part]}
    assert (await http.post(f"{simulator.url}{JOBS}", json=body, headers=headers)).status_code == 201
    assert (await http.get(f"{simulator.url}{JOBS}/{job}", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"operation": "DELETE"}, 400),
        ({"operation": "MOVE"}, 404),
        ({"numberUsageType": "FAX"}, 400),
        ({"numberList": []}, 400),
        ({"numberList": "no list"}, 400),
        ({"numberList": [7]}, 400),
        ({"numberList": [{"numbers": ["+12125550100"]}]}, 404),
    ],
)
async def test_a_job_not_understood_is_refused(change, fresh, logged, customer, fields, status):
    """And none is started."""
    assert (await change(fresh(1), **fields)).status_code == status
    assert [row["applied"] for row in await logged(customer, JOBS)] == [False]
    assert (await change(fresh(1))).status_code == 201


@pytest.mark.parametrize(("how_many", "status"), [(1000, 201), (1001, 400)])
async def test_a_job_has_a_limit(change, fresh, how_many, status):
    """That of the documentation."""
    assert (await change(fresh(how_many))).status_code == status


async def test_the_log_has_the_numbers_of_a_job(change, fresh, logged, customer):
    """As of every other request."""
    numbers = fresh(2)
    await change(numbers)
    (row,) = await logged(customer, JOBS)
    assert (row["method"], row["status"], row["applied"], row["numbers"]) == ("POST", 201, True, numbers)
