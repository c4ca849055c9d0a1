"""The consent pages, as the customer's administrator meets them in a browser."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import psycopg
import pytest
from procrastinate import App, PsycopgConnector

from api.demo.consenting import approve
from api.keys import state_key
from tests.api.conftest import Running
from tests.api.journey import Api, Estate, estate, eventually, invitation, onboard

SERVICE = "query($by: ServiceBy!) { service(by: $by) { status organizationId consentedAt } }"
WAITING = {"service": {"status": "PENDING_CONSENT", "organizationId": None, "consentedAt": None}}


@dataclass(frozen=True, slots=True)
class Invited:
    """A service that waits for consent, and the link in its invitation."""

    owner: Estate
    service: str
    link: str


@pytest.fixture
async def invited(api: Api) -> Invited:
    """Somebody who has just been invited."""
    owner = await estate(api)
    service = await onboard(api, owner, mode="INTEGRATED")
    return Invited(owner, service, await invitation(api, owner.admin))


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """A browser that keeps cookies and shows every redirect."""
    async with httpx.AsyncClient(timeout=10) as client:
        yield client


async def test_the_page_says_who_asks_for_what(invited: Invited, browser: httpx.AsyncClient) -> None:
    """And may neither be framed nor kept."""
    page = await browser.get(invited.link)

    assert page.status_code == 200
    assert f"Customer {invited.owner.name} Inc." in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_looking_at_the_page_uses_nothing_up(api: Api, invited: Invited, browser: httpx.AsyncClient) -> None:
    """Mail scanners open links."""
    for _ in range(3):
        await browser.get(invited.link)

    assert (await browser.get(invited.link)).status_code == 200
    assert await api.query(SERVICE, by={"id": invited.service}) == WAITING


async def test_the_button_leads_to_control_hub(invited: Invited, browser: httpx.AsyncClient, running: Running) -> None:
    """With the scopes we need, a state, and a cookie that no script reads."""
    answer = await browser.post(invited.link)

    target = urlsplit(answer.headers["location"])
    query = {name: values[0] for name, values in parse_qs(target.query).items()}
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{running.control_hub}/authorize?")
    assert query["response_type"] == "code"
    assert query["redirect_uri"] == f"{running.address}/consent/callback"
    assert "spark-admin:telephony_config_write" in query["scope"].split()
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "OURS", "sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
    ],
    ids=str,
)
async def test_the_button_of_another_page_leads_nowhere(
    invited: Invited, browser: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    """Nobody is sent to Control Hub by a page that is not ours, and no cookie is set for it."""
    own = urlsplit(invited.link)._replace(path="").geturl()

    answer = await browser.post(
        invited.link, headers={name: own if one == "OURS" else one for name, one in headers.items()}
    )

    assert answer.status_code == status
    assert ("set-cookie" in answer.headers) == ("location" in answer.headers) == (status == 303)


async def test_consent_moves_the_service_on(api: Api, invited: Invited, browser: httpx.AsyncClient) -> None:
    """The organization is learnt, and when it was."""
    page = await _consented(invited, browser)

    found = (await api.query(SERVICE, by={"id": invited.service}))["service"]
    assert (page.status_code, _title(page)) == (200, "Thank you")
    assert found["status"] == "PENDING_PROVISIONING"
    assert found["organizationId"]
    assert found["consentedAt"]


async def test_an_invitation_works_once(invited: Invited, browser: httpx.AsyncClient) -> None:
    """Page, button and a second way back say that it was used."""
    back = await _way_back(invited, browser)
    assert (await browser.get(back)).status_code == 200

    again = [await browser.get(invited.link), await browser.post(invited.link), await browser.get(back)]

    assert [page.status_code for page in again] == [410, 410, 410]
    assert all("has been used already" in page.text for page in again)


@pytest.mark.parametrize("token", ["unknown", "x" * 5_000, "%00", "%C3%BC", "callback/x"])
async def test_an_unknown_invitation_is_not_found(running: Running, browser: httpx.AsyncClient, token: str) -> None:
    """Whatever stands in the link."""
    page = await browser.get(f"{running.address}/consent/{token}")
    pressed = await browser.post(f"{running.address}/consent/{token}")

    assert (page.status_code, pressed.status_code) == (404, 404)


@pytest.mark.parametrize("column", ["expires_at", "revoked_at"])
async def test_an_invitation_that_expired_or_was_replaced_is_gone(
    api: Api, behind: str, invited: Invited, browser: httpx.AsyncClient, column: str
) -> None:
    """The page says to ask for a new one, and the way back is closed as well."""
    back = await _way_back(invited, browser)
    with psycopg.connect(behind) as owner:
        owner.execute(
            f"UPDATE invitation SET {column} = now() - interval '1 minute' WHERE email = %s",  # noqa: S608  # a column's name
            [invited.owner.admin],
        )

    pages = [await browser.get(invited.link), await browser.post(invited.link), await browser.get(back)]

    assert [page.status_code for page in pages] == [410, 410, 410]
    assert all("ask your provider for a new one" in page.text for page in pages)
    assert await api.query(SERVICE, by={"id": invited.service}) == WAITING


async def test_saying_no_at_control_hub_leaves_the_invitation_open(
    api: Api, invited: Invited, browser: httpx.AsyncClient
) -> None:
    """Nothing has changed, and the link still works."""
    at_hub = (await browser.post(invited.link)).headers["location"]
    fields = {name: values[0] for name, values in parse_qs(urlsplit(at_hub).query).items()}
    denied = await browser.post(at_hub.partition("?")[0], data={**fields, "decision": "deny"})

    page = await browser.get(denied.headers["location"])

    assert (page.status_code, _title(page)) == (200, "You have not consented")
    assert await api.query(SERVICE, by={"id": invited.service}) == WAITING
    assert _title(await _consented(invited, browser)) == "Thank you"


async def test_the_way_back_works_in_the_same_browser_only(
    api: Api, invited: Invited, browser: httpx.AsyncClient, http: httpx.AsyncClient
) -> None:
    """Without the cookie, or with another, nobody is made to consent for somebody else."""
    back = await _way_back(invited, browser)

    without = await http.get(back)
    other = await http.get(back, headers={"cookie": "numberline-consent=somebody"})
    foreign = await http.get(back, headers=[(b"cookie", "numberline-consent=für".encode())])

    assert [page.status_code for page in (without, other, foreign)] == [400, 400, 400]
    assert await api.query(SERVICE, by={"id": invited.service}) == WAITING
    assert (await browser.get(back)).status_code == 200


async def test_a_forged_state_is_refused(
    api: Api, running: Running, invited: Invited, browser: httpx.AsyncClient
) -> None:
    """Missing, garbage, unsigned, of another key, or too old."""
    back = httpx.URL(await _way_back(invited, browser))
    good = jwt.decode(back.params["state"], options={"verify_signature": False})
    old = {**good, "exp": datetime.now(UTC) - timedelta(seconds=1)}
    forged = [
        "",
        "garbage",
        jwt.encode(good, None, algorithm="none"),
        jwt.encode(good, "x" * 32, algorithm="HS256"),
        jwt.encode(old, state_key(running.data_dir), algorithm="HS256"),
    ]

    answers = [await browser.get(back.copy_set_param("state", state)) for state in forged]
    missing = await browser.get(back.copy_remove_param("state"))

    assert [page.status_code for page in (*answers, missing)] == [400] * 6
    assert await api.query(SERVICE, by={"id": invited.service}) == WAITING


async def test_a_code_that_control_hub_does_not_know_changes_nothing(
    api: Api, invited: Invited, browser: httpx.AsyncClient
) -> None:
    """The page says to try again, and the invitation is still good."""
    back = httpx.URL(await _way_back(invited, browser))

    page = await browser.get(back.copy_set_param("code", "made-up"))

    assert page.status_code == 502
    assert await api.query(SERVICE, by={"id": invited.service}) == WAITING
    assert _title(await _consented(invited, browser)) == "Thank you"


async def test_a_new_invitation_replaces_those_before(api: Api, invited: Invited, browser: httpx.AsyncClient) -> None:
    """Only the newest link works, and it leads to consent."""
    await api.make("invitationResend", service={"id": invited.service})
    link = await eventually(lambda: _other_invitation(api, invited))

    old = await browser.get(invited.link)
    page = await _consented(replace(invited, link=link), browser)

    assert (old.status_code, _title(page)) == (410, "Thank you")


async def test_another_organization_cannot_consent_in_place_of_the_first(
    api: Api, invited: Invited, browser: httpx.AsyncClient
) -> None:
    """The numbers are in the first one's Control Hub; the service keeps what it learnt."""
    await _consented(invited, browser)
    before = await api.query(SERVICE, by={"id": invited.service})
    await api.make("invitationResend", service={"id": invited.service})
    link = await eventually(lambda: _other_invitation(api, invited))

    other = replace(invited, link=link, owner=replace(invited.owner, name="somebody else"))
    page = await _consented(other, browser)

    assert page.status_code == 410
    assert "another organization" in page.text
    assert await api.query(SERVICE, by={"id": invited.service}) == before


async def test_what_an_operator_typed_in_is_shown_and_not_run(api: Api, browser: httpx.AsyncClient) -> None:
    """Names go onto the page as text."""
    owner = await estate(api)
    await onboard(api, owner, mode="INTEGRATED", name="<script>alert(1)</script>")

    page = await browser.get(await invitation(api, owner.admin))

    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_the_invitation_is_kept_as_a_hash(behind: str, invited: Invited) -> None:
    """Who reads the database cannot consent."""
    token = invited.link.rpartition("/")[2]
    with psycopg.connect(behind) as owner:
        rows = owner.execute("SELECT invitation::text FROM invitation").fetchall()

    assert rows
    assert not [row for row in rows if token in row[0]]


async def test_locations_come_by_themselves_after_consent(
    api: Api, invited: Invited, browser: httpx.AsyncClient
) -> None:
    """With their PSTN connections; none is attached yet."""
    await _consented(invited, browser)

    document = """query($by: ServiceBy!) { service(by: $by) { locationsRefreshedAt locations { nodes {
      name country callingCode pstnConnection attached source mainNumber
    } } } }"""

    async def read() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await api.query(document, by={"id": invited.service}))["service"]["locations"][
            "nodes"
        ]
        return found

    found = {location["name"]: location for location in await eventually(read)}
    assert {name: location["pstnConnection"] for name, location in found.items()} == {
        "London": "CISCO_PSTN",
        "Milan": "LOCAL_GATEWAY",
        "Munich": "NON_INTEGRATED_CCP",
        "New York": "LOCAL_GATEWAY",
        "Paris": "INTEGRATED_CCP",
    }
    milan = found["Milan"]
    assert (milan["country"], milan["callingCode"], milan["source"]) == ("IT", "39", "CONTROL_HUB")
    assert milan["mainNumber"].startswith("+39")
    assert not any(location["attached"] for location in found.values())


CONSENT = """query($by: ServiceBy!) { service(by: $by) {
  status organizationId invitation { status } consent { status revokedAt }
} }"""


async def test_a_revoked_invitation_is_gone(api: Api, invited: Invited, browser: httpx.AsyncClient) -> None:
    """Page and way back; a new one can be sent."""
    back = await _way_back(invited, browser)

    await api.make("invitationRevoke", service={"id": invited.service})
    pages = [await browser.get(invited.link), await browser.get(back)]
    found = (await api.query(CONSENT, by={"id": invited.service}))["service"]
    await api.make("invitationResend", service={"id": invited.service})
    link = await eventually(lambda: _other_invitation(api, invited))

    assert [page.status_code for page in pages] == [410, 410]
    assert (found["status"], found["invitation"], found["consent"]) == ("PENDING_CONSENT", {"status": "REVOKED"}, None)
    assert _title(await _consented(replace(invited, link=link), browser)) == "Thank you"


async def test_a_consent_withdrawn_at_control_hub_is_shown(
    api: Api, invited: Invited, browser: httpx.AsyncClient, running: Running
) -> None:
    """As soon as Control Hub says 401; the service keeps its status."""
    await _consented(invited, browser)
    before = (await api.query(CONSENT, by={"id": invited.service}))["service"]
    gone = {"organization": before["organizationId"]}
    (await browser.post(f"{running.simulator}/_tokens/revoke", json=gone)).raise_for_status()
    await api.make("locationsRefresh", service={"id": invited.service})

    async def withdrawn() -> dict[str, Any] | None:
        found: dict[str, Any] = (await api.query(CONSENT, by={"id": invited.service}))["service"]
        return found if found["consent"]["status"] == "REVOKED" else None

    found = await eventually(withdrawn)
    assert before["consent"] == {"status": "ACTIVE", "revokedAt": None}
    assert found["consent"]["revokedAt"]
    assert found["status"] == before["status"]


async def test_a_consent_can_be_given_up_and_given_again(
    api: Api, invited: Invited, browser: httpx.AsyncClient
) -> None:
    """Shown like one that was withdrawn."""
    early = await api.refusals("consentGiveUp", service={"id": invited.service})
    await _consented(invited, browser)
    await api.make("consentGiveUp", service={"id": invited.service})
    found = (await api.query(CONSENT, by={"id": invited.service}))["service"]
    await api.make("invitationResend", service={"id": invited.service})
    link = await eventually(lambda: _other_invitation(api, invited))
    await _consented(replace(invited, link=link), browser)

    again = (await api.query(CONSENT, by={"id": invited.service}))["service"]
    assert early == [("CONSENT_MISSING", ("service",))]
    assert found["consent"]["status"] == "REVOKED"
    assert again["consent"] == {"status": "ACTIVE", "revokedAt": None}


async def test_tokens_that_end_soon_are_renewed_where_nothing_is_done(
    api: Api, behind: str, invited: Invited, browser: httpx.AsyncClient
) -> None:
    """By the job that a worker runs every hour."""
    await _consented(invited, browser)
    organization = (await api.query(SERVICE, by={"id": invited.service}))["service"]["organizationId"]
    ends = "UPDATE consent_grant SET access_expires_at = now() + interval '1 hour' WHERE organization_id = %s"
    left = "SELECT 1 FROM consent_grant WHERE access_expires_at > now() + interval '13 days' AND organization_id = %s"
    with psycopg.connect(behind, autocommit=True) as owner:
        owner.execute(ends, [organization])
        jobs = App(connector=PsycopgConnector(conninfo=behind))
        async with jobs.open_async():
            await jobs.configure_task("call_renewals").defer_async(timestamp=0)

        async def renewed() -> bool:
            return owner.execute(left, [organization]).fetchone() is not None

        assert await eventually(renewed)


async def _other_invitation(api: Api, invited: Invited) -> str | None:
    newest = await invitation(api, invited.owner.admin)
    return newest if newest != invited.link else None


async def _way_back(invited: Invited, browser: httpx.AsyncClient) -> str:
    at_hub = (await browser.post(invited.link)).headers["location"]
    answer = await approve(browser, at_hub, invited.owner.organization)
    back: str = answer.headers["location"]
    return back


async def _consented(invited: Invited, browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.get(await _way_back(invited, browser))


def _title(page: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    assert found is not None
    return found[1]
