"""Links from page to page."""

import httpx
import pytest

from controlhub.errors import HubUnanswered
from controlhub.pages import next_url

HERE = "https://webexapis.com/v1/locations?start=0"


def answer_linking(link: str) -> httpx.Response:
    """Return an answer with that Link header."""
    return httpx.Response(200, headers={"link": link}, request=httpx.Request("GET", HERE))


@pytest.mark.parametrize(
    "target", ["https://webexapis.com/v1/locations?start=2", "/v1/locations?start=2", "?start=2", "locations?start=2"]
)
def test_the_next_page_is_followed_however_it_is_written(target):
    """Links may be relative (RFC 8288)."""
    link = f'<https://webexapis.com/first>; rel="first", <{target}>; rel="next"'
    assert next_url(answer_linking(link)) == "https://webexapis.com/v1/locations?start=2"


def test_the_last_page_has_no_next_one():
    """Other relations are not followed."""
    assert next_url(answer_linking('</v1/locations>; rel="prev"')) is None


@pytest.mark.parametrize(
    "target", ["https://evil.example/v1/locations?start=2", "http://webexapis.com/v1", "https://webexapis.com:444/v1"]
)
def test_another_origin_is_never_followed(target):
    """It would get the access token."""
    with pytest.raises(HubUnanswered):
        next_url(answer_linking(f'<{target}>; rel="next"'))


def test_a_page_that_leads_to_itself_is_refused():
    """Following it would never end."""
    with pytest.raises(HubUnanswered):
        next_url(answer_linking(f'<{HERE}>; rel="next"'))
