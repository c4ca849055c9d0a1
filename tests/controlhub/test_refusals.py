"""Error bodies in every shape."""

import httpx
import pytest

from controlhub.errors import HubNumbersRefused, HubRefused, HubUnauthorized
from controlhub.numbers import HubProblem
from controlhub.refusals import accepted, granted, problems_of

FIRST_SHAPE = {
    "message": "In use",
    "errors": [{"description": "Number is in use", "errorCode": 8363}],
    "trackingId": "T1",
    "errorCode": 25223,
}
SECOND_SHAPE = {
    "error": [{"key": "409", "message": [{"description": "Number is in use", "code": "8363"}]}],
    "trackingId": "T1",
}


@pytest.mark.parametrize("body", [FIRST_SHAPE, SECOND_SHAPE])
def test_both_shapes_give_the_inner_code_the_message_and_the_tracking_id(body):
    """The inner code is the specific one."""
    with pytest.raises(HubRefused) as caught:
        accepted(httpx.Response(409, json=body))
    refusal = caught.value
    assert (refusal.status, refusal.code, refusal.message, refusal.tracking_id) == (
        409,
        "8363",
        "Number is in use",
        "T1",
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"message": "No", "errorCode": 25223}, "25223"),
        ({"message": "No", "errorCode": "ERR.V.1"}, "ERR.V.1"),
        ({"message": "No", "errors": [{"description": "No"}]}, "404"),
        ({"error": "invalid_scope"}, "invalid_scope"),
        ({"errors": "no list"}, "404"),
        ({"error": [7, {"message": "no list"}]}, "404"),
        ([], "404"),
        (None, "404"),
    ],
)
def test_the_code_is_the_best_there_is(body, code):
    """Where the body says nothing, the HTTP status is the code."""
    with pytest.raises(HubRefused) as caught:
        accepted(httpx.Response(404, json=body))
    assert caught.value.code == code


def test_a_body_that_is_no_json_is_still_a_refusal():
    """Gateways answer HTML."""
    with pytest.raises(HubRefused) as caught:
        accepted(httpx.Response(403, text="<html>", headers={"trackingid": "T2"}))
    refusal = caught.value
    assert (refusal.code, refusal.message, refusal.tracking_id) == ("403", "Forbidden", "T2")


def test_the_502_for_an_unknown_number_carries_its_code():
    """The header is all there is."""
    with pytest.raises(HubRefused) as caught:
        accepted(httpx.Response(502, headers={"cisco-spark-error-codes": "4251"}))
    assert caught.value.code == "4251"


def test_401_is_unauthorized():
    """The grant has to be looked at."""
    with pytest.raises(HubUnauthorized):
        accepted(httpx.Response(401, json={"trackingId": "T3"}))


@pytest.mark.parametrize("status", [200, 201, 400])
def test_a_list_of_objections_is_never_a_yes(status):
    """Whatever the status, the numbers named were not taken."""
    body = [{"errors": [{"number": "+12125550100", "errorType": "X", "errorCode": "8362", "errorMessage": "Bad"}]}]
    with pytest.raises(HubNumbersRefused) as caught:
        accepted(httpx.Response(status, json=body, headers={"trackingid": "T4"}))
    assert caught.value.problems == [HubProblem("+12125550100", "8362", "Bad")]
    assert caught.value.tracking_id == "T4"


@pytest.mark.parametrize("body", [None, {}, [], [1], [{"errors": 1}], [{"errors": [{"errorCode": "1"}]}]])
def test_bodies_that_name_no_number_hold_no_objections(body):
    """Nothing breaks on them."""
    assert problems_of(body) == []


def test_an_objection_without_code_and_message_has_its_type():
    """Something has to be shown."""
    body = [{"errors": [{"number": "+12125550100", "errorType": "TAKEN"}]}]
    assert problems_of(body) == [HubProblem("+12125550100", "TAKEN", "TAKEN")]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "invalid_grant"}),
        (401, {"error": "invalid_grant"}),
        (401, {"message": "No"}),
        (400, {"message": "The refresh token provided is expired, revoked, malformed, or invalid."}),
    ],
)
def test_a_dead_grant_is_unauthorized(status, body):
    """The customer has to consent again."""
    with pytest.raises(HubUnauthorized):
        granted(httpx.Response(status, json=body))


@pytest.mark.parametrize(("status", "error"), [(401, "invalid_client"), (400, "unsupported_grant_type")])
def test_our_own_mistake_says_nothing_about_the_grant(status, error):
    """A wrong secret must not revoke every customer."""
    with pytest.raises(HubRefused) as caught:
        granted(httpx.Response(status, json={"error": error}))
    assert caught.value.code == error
