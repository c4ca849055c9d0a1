"""Trouble at random, of every kind."""

from contextlib import suppress
from dataclasses import replace

import httpx
import pytest

from controlhub.simulator.faults import Faults, When
from controlhub.simulator.storm import KINDS, storm
from tests.controlhub.simulator.visits import VISIT

THEIRS = replace(VISIT, organization="somebody's", method="DELETE")


def test_a_storm_has_every_kind_of_trouble():
    """Each with and without its header, before and after the effect."""
    kinds = {(kind.status, kind.retry_after is not None, kind.drop, kind.hang_s > 0, kind.when) for kind in KINDS}
    busy = {(status, told, False, False, When.BEFORE) for status in (423, 429) for told in (False, True)}
    lost = {(status, False, False, False, when) for status in (500, 502, 503, 504) for when in When}
    cut = {(None, False, drop, not drop, when) for drop in (False, True) for when in When}
    assert kinds == busy | lost | cut
    assert [kind.headers for kind in KINDS if kind.headers] == [{"cisco-spark-error-codes": "4251"}]


def test_about_the_share_goes_wrong_and_every_kind_alike():
    """Of ten thousand requests."""
    faults = Faults(storm(0.2), seed=7)
    struck = [faults.strike(THEIRS) for _ in range(10_000)]
    assert 1_800 < sum(fault is not None for fault in struck) < 2_200
    assert min(faults.struck()) > 0.6 * 2_000 / len(KINDS)
    assert max(faults.struck()) < 1.5 * 2_000 / len(KINDS)


def test_a_storm_repeats_itself():
    """The same seed, the same trouble; another seed, another."""
    first, second, other = (Faults(storm(0.2), seed=seed) for seed in (7, 7, 8))
    struck = [first.strike(THEIRS) for _ in range(200)]
    assert struck == [second.strike(THEIRS) for _ in range(200)]
    assert struck != [other.strike(THEIRS) for _ in range(200)]


def test_consent_is_spared():
    """Its code is good once."""
    assert Faults(storm(1.0)).strike(VISIT) is None


async def test_a_storm_is_called_by_its_name(http, simulator, customer):
    """It strikes, spares consent, and goes when the faults are cleared."""
    told = {"preset": "storm", "seed": 7, "share": 1}
    forecast = (await http.post(f"{simulator.url}/_faults", json=told)).json()
    assert (forecast["seed"], len(forecast["rules"])) == (7, len(KINDS))
    headers = {"Authorization": f"Bearer {customer.access_token}"}
    url = f"{simulator.url}/v1/people/me"
    assert (await http.get(url)).status_code == 401
    with suppress(httpx.RemoteProtocolError):
        await http.get(url, headers=headers)
    forecast = (await http.get(f"{simulator.url}/_faults")).json()
    assert sum(rule["struck"] for rule in forecast["rules"]) == 1
    assert (await http.delete(f"{simulator.url}/_faults")).json()["rules"] == []
    assert (await http.get(url, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "body", [{"preset": "storms"}, {"preset": "storm", "rules": []}, {"share": 0.1}, {"preset": "storm", "share": 2}]
)
async def test_a_storm_not_understood_is_refused(http, simulator, body):
    """A test with a misspelt one must not pass."""
    assert (await http.post(f"{simulator.url}/_faults", json=body)).status_code == 400


async def test_a_refusal_is_disguised_only_where_it_is_true(http, simulator, customer, fail, fresh, order):
    """A number that is there is removed; only then does the location not know it."""
    (number,) = fresh(1)
    await order("/_numbers/add", location=customer.milan, numbers=[number])
    await fail(when="after", answer_contains="25089", status=502, headers={"cisco-spark-error-codes": "4251"}, times=1)
    url = f"{simulator.url}/v1/telephony/config/locations/{customer.milan}/numbers"
    headers = {"Authorization": f"Bearer {customer.access_token}"}
    answers = [await http.request("DELETE", url, json={"phoneNumbers": [number]}, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 502, 400]
    assert answers[1].headers["cisco-spark-error-codes"] == "4251"
