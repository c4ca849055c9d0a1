"""Good bodies read, bad ones refused."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from controlhub import bodies
from controlhub.errors import HubUnanswered
from controlhub.json_values import MalformedBody
from controlhub.numbers import HubJob, HubLocation, HubNumber, HubProblem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_lifetimes_become_times():
    """They count from now."""
    body = {"access_token": "a", "expires_in": 60, "refresh_token": "r", "refresh_token_expires_in": 120}
    tokens = bodies.tokens(body, NOW)
    assert tokens.access_expires_at == NOW + timedelta(seconds=60)
    assert tokens.refresh_expires_at == NOW + timedelta(seconds=120)


def test_a_location_may_have_no_country():
    """Control Hub does not always say."""
    body = {"items": [{"id": "1", "name": "A", "address": {"country": "IT"}}, {"id": "2", "name": "B"}]}
    assert bodies.locations(body) == [HubLocation("1", "A", "IT"), HubLocation("2", "B", None)]


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (None, None),
        ({"id": "p", "firstName": "Ada", "lastName": "Byron"}, "Ada Byron"),
        ({"id": "p", "lastName": "Byron"}, "Byron"),
        ({"id": "w", "name": "Lobby"}, "Lobby"),
        ({"id": "w"}, "w"),
    ],
)
def test_an_owner_is_named_as_well_as_can_be(owner, name):
    """People by name, the rest by what there is."""
    item = {"phoneNumber": "+12125550100", "state": "ACTIVE", "location": {"id": "1"}, "owner": owner}
    expected = HubNumber("+12125550100", "1", active=True, is_main=False, is_service=False, owner=name)
    assert bodies.numbers({"phoneNumbers": [item]}) == [expected]


def test_an_extension_without_a_number_keeps_its_place():
    """A page of extensions is not an empty page."""
    assert bodies.numbers({"phoneNumbers": [{"extension": "12"}]}) == [None]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("Duplicate In List", "8360"),
        ("Unavailable", "8361"),
        ("Invalid", "8362"),
        ("Duplicate", "8363"),
        ("Reserved", "Reserved"),
    ],
)
@pytest.mark.parametrize(("items", "number"), [("numbers", "number"), ("phoneNumbers", "phoneNumber")])
def test_objections_are_read_under_both_names(state, code, items, number):
    """The documentation and the live service differ."""
    body = {"status": "ERRORS", items: [{number: "+12125550100", "state": state, "detail": ["why"]}]}
    assert bodies.objections(body) == [HubProblem("+12125550100", code, "why")]


def test_available_numbers_are_no_objections():
    """Only problems come back."""
    body = {"status": "OK", "numbers": [{"number": "+12125550100", "state": "Available"}]}
    assert bodies.objections(body) == []


@pytest.mark.parametrize(
    ("status", "exit_code", "job"),
    [
        ("STARTING", "UNKNOWN", HubJob(running=True)),
        ("STARTED", None, HubJob(running=True)),
        ("UNKNOWN", "UNKNOWN", HubJob(running=True)),
        ("PAUSED_FOR_LUNCH", "UNKNOWN", HubJob(running=True)),
        ("COMPLETED", "COMPLETED", HubJob(running=False)),
        ("COMPLETED", "COMPLETED_WITH_ERRORS", HubJob(running=False)),
        ("COMPLETED", "FAILED", HubJob(running=False, failed=True)),
        ("FAILED", "FAILED", HubJob(running=False, failed=True)),
        ("ABANDONED", "STOPPED", HubJob(running=False, failed=True)),
    ],
)
def test_a_job_runs_until_its_status_says_that_it_ended(status, exit_code, job):
    """A status nobody documented is not an end."""
    assert bodies.job({"latestExecutionStatus": status, "latestExecutionExitCode": exit_code}) == job


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        ({"key": "400", "message": [{"description": "Main", "code": "BATCH-1017024"}]}, "BATCH-1017024", "Main"),
        ({"key": "400", "message": [{"description": "Main"}]}, "400", "Main"),
        ({"key": "400", "message": []}, "400", "400"),
        (None, "", ""),
    ],
)
def test_a_problem_of_a_job_says_what_it_can(error, code, message):
    """The number alone is worth reading."""
    body = {"items": [{"itemNumber": 1, "item": "+12125550100", "error": error}]}
    assert bodies.job_problems(body) == [HubProblem("+12125550100", code, message)]


def test_an_error_that_names_no_number_keeps_its_place():
    """It says that something went wrong."""
    assert bodies.job_problems({"items": [{"itemNumber": 1}]}) == [None]


@pytest.mark.parametrize("body", [None, [], {}, 7, "text", {"items": 1, "phoneNumbers": 1, "expires_in": "1"}])
@pytest.mark.parametrize(
    "read",
    [
        bodies.organization_id,
        bodies.locations,
        bodies.numbers,
        bodies.objections,
        bodies.job_id,
        bodies.job,
        bodies.job_problems,
        lambda b: bodies.tokens(b, NOW),
    ],
)
def test_a_body_of_another_shape_is_malformed(read, body):
    """It is never a KeyError."""
    with pytest.raises(MalformedBody):
        read(body)


@pytest.mark.parametrize("read", [bodies.main_number, bodies.connection_type])
@pytest.mark.parametrize("body", [None, [], 7])
def test_a_telephony_body_that_is_no_object_is_malformed(read, body):
    """What may be missing is a field, not the object."""
    with pytest.raises(MalformedBody):
        read(body)


@pytest.mark.parametrize("content", [b"", b"{", b"<html>", b"{}"])
def test_an_answer_not_understood_is_no_answer(content):
    """It carries the tracking id."""
    response = httpx.Response(200, content=content, headers={"trackingid": "T"})
    with pytest.raises(HubUnanswered) as caught:
        bodies.understood(response, bodies.organization_id)
    assert caught.value.tracking_id == "T"
