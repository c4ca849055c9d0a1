"""Rules that say which requests fail."""

from dataclasses import replace

import orjson
import pytest

from controlhub.simulator.faults import FaultRule, Faults
from tests.controlhub.simulator.visits import VISIT


@pytest.mark.parametrize(
    ("fields", "is_match"),
    [
        ({}, True),
        ({"method": "POST"}, True),
        ({"method": "GET"}, False),
        ({"path_contains": "/numbers"}, True),
        ({"path_contains": "/people"}, False),
        ({"body_contains": "+12125550100"}, True),
        ({"body_contains": "+12125550199"}, False),
    ],
)
def test_a_rule_matches_by_method_path_and_body(fields, is_match):
    """What is left out matches anything."""
    assert FaultRule(**fields).matches(VISIT) is is_match


def test_the_first_rule_that_is_due_strikes():
    """Then the next one, when the first has had its times."""
    first, second = FaultRule(times=1, status=429), FaultRule(status=502)
    faults = Faults([first, second])
    assert [faults.strike(VISIT), faults.strike(VISIT), faults.strike(VISIT)] == [first, second, second]
    assert faults.struck() == [1, 2]


def test_dice_repeat_themselves():
    """The same seed, the same faults; about as many as asked for."""
    rule = FaultRule(probability=0.3, status=502)
    one, other = Faults([rule], seed=7), Faults([rule], seed=7)
    struck = [one.strike(VISIT) for _ in range(1000)]
    assert struck == [other.strike(VISIT) for _ in range(1000)]
    assert 250 < one.struck()[0] < 350


@pytest.mark.parametrize(("body", "content"), [("{", b"{"), ([], b"[]"), ({"a": 1}, b'{"a":1}')])
def test_a_body_is_sent_as_given(body, content):
    """A text may be no JSON at all."""
    assert FaultRule(status=200, body=body).answer(VISIT).content == content


def test_an_answer_without_a_body_has_webexs_own():
    """With the tracking id and the headers asked for."""
    answer = FaultRule(status=429, retry_after=3, headers={"x-more": "1"}).answer(VISIT)
    assert orjson.loads(answer.content)["trackingId"] == "T"
    assert (answer.headers["retry-after"], answer.headers["x-more"]) == ("3", "1")


@pytest.mark.parametrize(
    "rules", [[{"stat": 502}], [{"when": "never"}], ["no object"], 7, [{"times": "many"}], [{"status": 99}]]
)
async def test_a_rule_not_understood_is_refused(http, simulator, rules):
    """A test with a misspelt rule must not pass."""
    assert (await http.post(f"{simulator.url}/_faults", json={"rules": rules})).status_code == 400


async def test_faults_can_be_looked_at_and_cleared(http, simulator, hub, customer, fail):
    """Each rule says how often it struck."""
    await fail(path_contains="/people/me", status=503, times=1)
    await hub.organization_id(customer.access_token)
    shown = (await http.get(f"{simulator.url}/_faults")).json()
    assert [rule["struck"] for rule in shown["rules"]] == [1]
    assert (await http.delete(f"{simulator.url}/_faults")).json()["rules"] == []


async def test_a_rule_can_single_out_a_number(hub, customer, fail, fresh):
    """By what the body holds."""
    marked, other = fresh(2)
    await fail(path_contains="/validateNumbers", body_contains=marked, status=200, body={"status": "ERRORS"})
    assert await hub.validate_numbers(customer.access_token, [other]) == []


def test_a_visit_can_be_changed_for_another_match():
    """Rules look at each request alone."""
    assert not FaultRule(method="POST").matches(replace(VISIT, method="GET"))
