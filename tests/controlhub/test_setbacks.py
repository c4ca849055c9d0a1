"""Which answers leave a request unsettled."""

from datetime import UTC, datetime

import httpx
import pytest

from controlhub.errors import HubBusy, HubUnanswered
from controlhub.setbacks import Failure, retry_after_s, setback_of_error, setback_of_response

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (408, Failure.LOST),
        (423, Failure.BUSY),
        (429, Failure.BUSY),
        (500, Failure.LOST),
        (502, Failure.LOST),
        (503, Failure.LOST),
        (504, Failure.LOST),
        (507, Failure.LOST),
        (520, Failure.LOST),
    ],
)
def test_busy_and_lost_answers_are_told_apart(status, failure):
    """429 and 423 were not looked at; a 5xx may have been done."""
    assert setback_of_response(httpx.Response(status), None, NOW).failure is failure


@pytest.mark.parametrize("status", [200, 201, 204, 302, 400, 401, 404, 409, 501])
def test_other_answers_settle_the_request(status):
    """They say yes or no."""
    assert setback_of_response(httpx.Response(status), None, NOW) is None


def test_a_502_that_means_unknown_number_is_no_setback():
    """Asking again would bring the same."""
    response = httpx.Response(502, headers={"cisco-spark-error-codes": "4251"})
    assert setback_of_response(response, None, NOW) is None


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_a_connection_never_opened_was_not_sent(kind):
    """Nothing can have been done."""
    assert setback_of_error(kind("no")).failure is Failure.NOT_SENT


@pytest.mark.parametrize("kind", [httpx.ReadTimeout, httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError])
def test_a_connection_that_broke_may_have_done_it(kind):
    """The request may have arrived."""
    assert setback_of_error(kind("no")).failure is Failure.LOST


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("soon", None),
        ("99999999999999999999 Mar 2026 12:00:30 GMT", None),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header, seconds):
    """RFC 9110 allows seconds and dates; what cannot be read says nothing."""
    assert retry_after_s(header, NOW) == seconds


def test_the_last_setback_becomes_the_error():
    """Busy stays busy; everything else is unanswered."""
    assert isinstance(setback_of_response(httpx.Response(429), "t", NOW).error(), HubBusy)
    assert isinstance(setback_of_response(httpx.Response(502), "t", NOW).error(), HubUnanswered)
