"""Tokens and their times, with a clock of our own."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from controlhub.simulator.app import SimulatorSettings, simulator_app
from controlhub.simulator.control import Climate
from controlhub.simulator.storage import open_storage
from controlhub.simulator.tokens import Integration

CONSENT = {
    "client_id": "us",
    "response_type": "code",
    "redirect_uri": "http://us.example/",
    "scope": "spark-admin:people_read spark-admin:locations_read",
    "decision": "approve",
}
US = {"client_id": "us", "client_secret": "secret", "redirect_uri": "http://us.example/"}


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self):
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self):
        """Return the time that was set."""
        return self.now


@pytest.fixture
def clock():
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
async def web(tmp_path, clock):
    """Return a client of a simulator in this process, where its clock can be set."""
    db = open_storage(tmp_path / "state.db")
    app = simulator_app(db, clock, SimulatorSettings(Integration("us", "secret"), Climate()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://simulator/v1") as client:
        yield client
    db.close()


@pytest.fixture
async def code(web):
    """Return a code not yet used."""
    answer = await web.post("/authorize", data=CONSENT)
    return httpx.URL(answer.headers["location"]).params["code"]


@pytest.fixture
async def tokens(web, code):
    """Return what the code brings."""
    return (await web.post("/access_token", data={**US, "grant_type": "authorization_code", "code": code})).json()


def authorized(tokens):
    """Return the header that shows the access token."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def test_tokens_live_as_long_as_in_webex(tokens):
    """14 and 90 days."""
    assert tokens["expires_in"] == 14 * 24 * 3600
    assert tokens["refresh_token_expires_in"] == 90 * 24 * 3600
    assert tokens["scope"] == CONSENT["scope"]


async def test_an_access_token_ends_after_14_days(web, clock, tokens):
    """And not before."""
    clock.now += timedelta(days=14, seconds=-1)
    assert (await web.get("/people/me", headers=authorized(tokens))).status_code == 200
    clock.now += timedelta(seconds=1)
    assert (await web.get("/people/me", headers=authorized(tokens))).status_code == 401


async def test_use_renews_the_refresh_token(web, clock, tokens):
    """Unused for 90 days it ends."""
    renewal = {**US, "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    clock.now += timedelta(days=89)
    assert (await web.post("/access_token", data=renewal)).status_code == 200
    clock.now += timedelta(days=89)
    assert (await web.post("/access_token", data=renewal)).status_code == 200
    clock.now += timedelta(days=90)
    assert (await web.post("/access_token", data=renewal)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "them"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"code": "guessed"}, 400, "invalid_grant"),
        ({"redirect_uri": "http://them.example/"}, 400, "invalid_grant"),
    ],
)
async def test_a_code_is_exchanged_by_the_one_it_was_issued_to(web, code, change, status, error):
    """With its secret and its address."""
    form = {**US, "grant_type": "authorization_code", "code": code, **change}
    answer = await web.post("/access_token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_a_code_is_too_old_after_10_minutes(web, clock, code):
    """RFC 6749 recommends no more."""
    clock.now += timedelta(minutes=10)
    form = {**US, "grant_type": "authorization_code", "code": code}
    assert (await web.post("/access_token", data=form)).json()["error"] == "invalid_grant"


async def test_tokens_can_be_made_to_live_short(web, clock, tokens):
    """Those given out from then on."""
    me = (await web.get("/people/me", headers=authorized(tokens))).json()
    order = {"organization": me["orgId"], "switches": {"access_token_lives_s": 60}}
    await web.post("http://simulator/_switches", json=order)
    renewal = {**US, "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    short = (await web.post("/access_token", data=renewal)).json()
    assert short["expires_in"] == 60
    clock.now += timedelta(seconds=60)
    assert (await web.get("/people/me", headers=authorized(short))).status_code == 401
    assert (await web.get("/people/me", headers=authorized(tokens))).status_code == 200
