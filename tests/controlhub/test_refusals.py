"""Error bodies in every shape."""

import httpx
import pytest

from controlhub.errors import HubNumbersRefused, HubNumberUnknown, HubRefused, HubUnauthorized
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
THIRD_SHAPE = {
    "error": {"key": "409", "message": [{"description": "Number is in use", "code": "8363", "location": None}]},
    "trackingId": "T1",
}


@pytest.mark.parametrize("body", [FIRST_SHAPE, SECOND_SHAPE, THIRD_SHAPE])
def test_every_shape_gives_the_inner_code_the_message_and_the_tracking_id(body):
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
        ({"error": {"message": "no list"}}, "404"),
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


@pytest.mark.parametrize(
    ("status", "headers", "body", "code"),
    [
        (502, {"cisco-spark-error-codes": "4251"}, None, "4251"),
        (502, {"cisco-spark-error-codes": "4251"}, {"message": "Bad Gateway"}, "4251"),
        (400, {}, {"message": "No", "errorCode": 25089}, "25089"),
        (400, {}, {"error": [{"key": "400", "message": [{"description": "No", "code": "25089"}]}]}, "25089"),
        (400, {}, {"errors": [{"description": "No", "errorCode": 4251}], "errorCode": 25089}, "4251"),
        (400, {}, {"errors": [{"description": "No", "errorCode": 17}], "errorCode": 25089}, "17"),
    ],
)
def test_an_unknown_number_is_told_from_other_refusals(status, headers, body, code):
    """By any code that says so, wherever it stands."""
    with pytest.raises(HubNumberUnknown) as caught:
        accepted(httpx.Response(status, headers=headers, json=body))
    assert (caught.value.status, caught.value.code) == (status, code)


@pytest.mark.parametrize("body", [FIRST_SHAPE, SECOND_SHAPE, {"errorCode": 25001}, None])
def test_another_refusal_is_no_unknown_number(body):
    """The numbers are there."""
    with pytest.raises(HubRefused) as caught:
        accepted(httpx.Response(400, json=body))
    assert not isinstance(caught.value, HubNumberUnknown)


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
