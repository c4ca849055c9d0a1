"""The consent page and its form."""

from urllib.parse import parse_qsl, urlsplit

import pytest

FIELDS = {
    "client_id": "numberline",
    "response_type": "code",
    "redirect_uri": "http://127.0.0.1:1/consent?keep=1",
    "scope": "spark-admin:locations_read spark-admin:people_read",
    "state": 'a"state',
}


def outcome_of(answer) -> dict[str, str]:
    """Return what the redirect carries."""
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("http://127.0.0.1:1/consent?keep=1&")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def test_the_page_names_the_scopes_and_escapes_what_it_shows(http, simulator):
    """It is a form that posts back here."""
    page = await http.get(f"{simulator.url}/v1/authorize", params=FIELDS)
    assert page.status_code == 200
    assert "<code>spark-admin:locations_read</code>" in page.text
    assert 'value="a&quot;state"' in page.text
    assert '<form method="post" action="/v1/authorize">' in page.text


async def test_accepting_leads_back_with_a_code_and_the_state(http, simulator):
    """The query of redirect_uri stays."""
    answer = await http.post(f"{simulator.url}/v1/authorize", data={**FIELDS, "decision": "approve"})
    outcome = outcome_of(answer)
    assert outcome["state"] == FIELDS["state"]
    assert outcome["code"]


@pytest.mark.parametrize(
    ("change", "error"),
    [({"decision": "deny"}, "access_denied"), ({"response_type": "token"}, "unsupported_response_type")],
)
async def test_anything_else_leads_back_with_an_error(http, simulator, change, error):
    """And with the state."""
    answer = await http.post(f"{simulator.url}/v1/authorize", data={**FIELDS, "decision": "approve", **change})
    assert outcome_of(answer) == {"keep": "1", "error": error, "state": FIELDS["state"]}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "change", [{"client_id": ""}, {"client_id": "x"}, {"redirect_uri": ""}, {"redirect_uri": "javascript:alert(1)"}]
)
async def test_without_a_client_and_an_address_nothing_leads_anywhere(http, simulator, method, change):
    """The person sees why instead."""
    fields = {**FIELDS, **change, "decision": "approve"}
    content = {"params": fields} if method == "GET" else {"data": fields}
    answer = await http.request(method, f"{simulator.url}/v1/authorize", **content)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_the_same_name_is_the_same_organization(hub, consent_again):
    """A second consent finds its numbers again."""
    first = await consent_again(hub, "Rossi  S.p.A.")
    second = await consent_again(hub, " rossi s.p.a. ")
    assert second.organization == first.organization
    assert second.access_token != first.access_token
    assert second.milan == first.milan


async def test_organizations_share_no_main_number(hub, customer, other_customer):
    """Numbers are unique in Webex."""
    mine = await hub.location_telephony(customer.access_token, customer.milan)
    theirs = await hub.location_telephony(other_customer.access_token, other_customer.milan)
    assert mine.main_number != theirs.main_number
