"""The consent pages: where the link in an invitation leads, on to Control Hub, and back."""

import asyncio
import html
import secrets
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import jwt
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from api.wiring import House, now
from controlhub.errors import HubError
from provisioning import consent
from provisioning.consent import OpenInvitation
from provisioning.errors import NumberlineError
from store.lookup import Name, one
from store.scope import Scope
from store.tables import Service

PREFIX = "/consent"
NONCE_COOKIE = "numberline-consent"
"""Binds the way to Control Hub and back to one browser, so that nobody is made to consent for somebody else."""

STATE_LIFETIME = timedelta(minutes=15)
"""How long an administrator may take at Control Hub."""

LOCATING_S = 3.0
"""How long the last page waits for the locations to be read: whoever comes back from it goes on with them."""

LOOK_EVERY_S = 0.05

_SCOPE = Scope.everything("consent page")

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<link rel="stylesheet" href="/consent.css"></head>
<body><main><h1>{title}</h1>{body}</main></body>
</html>
"""

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
"""Says nothing of forms: browsers hold it against the way on to Control Hub, which begins with one."""

STYLE = """body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; background: #f4f5f7; color: #1c2733 }
main { max-width: 34rem; margin: 10vh auto; padding: 2rem; background: #fff; border-radius: .5rem }
button { font: inherit; padding: .6rem 1.4rem; border: 0; border-radius: .3rem; background: #0b5cad; color: #fff }
"""


class ConsentPages:
    """The pages of one process."""

    def __init__(self, house: House, state_key: bytes) -> None:
        """Take a secret that signs the state handed to Control Hub."""
        self._house = house
        self._key = state_key
        self._redirect_uri = f"{house.settings.base_url}{PREFIX}/callback"

    def routes(self) -> list[Route]:
        """Return the routes; the callback before the invitations, whose path would swallow it."""
        return [
            Route("/consent.css", _style),
            Route(f"{PREFIX}/callback", self.callback),
            Route(f"{PREFIX}/{{token}}", self.invitation, methods=["GET"]),
            Route(f"{PREFIX}/{{token}}", self.go_on, methods=["POST"]),
        ]

    async def invitation(self, request: Request) -> Response:
        """Say what is asked for, with a button that leads on."""
        try:
            opened = await self._open(request.path_params["token"])
        except NumberlineError as error:
            return _page("This invitation cannot be used", str(error), status=_status(error))
        return _page("Your consent is needed", _question(opened), trusted=True)

    async def go_on(self, request: Request) -> Response:
        """Lead on to Control Hub, remembering in the browser where it came from."""
        if self._is_from_elsewhere(request):
            return _page("Please start again", "Please open the link in your invitation.", status=403)
        token = request.path_params["token"]
        try:
            await self._open(token)
        except NumberlineError as error:
            return _page("This invitation cannot be used", str(error), status=_status(error))
        nonce = secrets.token_urlsafe(16)
        claims = {"invitation": consent.token_hash(token).hex(), "nonce": nonce, "exp": now() + STATE_LIFETIME}
        state = jwt.encode(claims, self._key, algorithm="HS256")
        answer = RedirectResponse(self._house.hub.authorize_url(state, self._redirect_uri), status_code=303)
        answer.set_cookie(
            NONCE_COOKIE,
            nonce,
            max_age=int(STATE_LIFETIME.total_seconds()),
            path=PREFIX,
            httponly=True,
            samesite="lax",
            secure=self._redirect_uri.startswith("https:"),
        )
        return answer

    async def callback(self, request: Request) -> Response:
        """Take what Control Hub sends back."""
        hashed = self._checked_state(request)
        if hashed is None:
            text = "Please open the link in your invitation again; the way back from Control Hub took too long."
            return _page("Please start again", text, status=400)
        if "code" not in request.query_params:
            return _page("You have not consented", "Nothing has changed. The link in your invitation still works.")
        desk = self._house.desk(_SCOPE)
        try:
            service = await consent.accept(
                desk, self._house.hub, self._house.vault, hashed, request.query_params["code"], self._redirect_uri
            )
        except NumberlineError as error:
            return _page("This invitation cannot be used", str(error), status=_status(error))
        except HubError:
            text = "Control Hub did not confirm the consent. Please open the link in your invitation again."
            return _page("Please try again", text, status=502)
        await self._located(service.id)
        return _page("Thank you", f'Consent for "{service.name}" is given. You can close this page.')

    async def _located(self, service_id: UUID) -> None:
        """Wait until the locations of the service have been read once, or too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOCATING_S):
                while True:
                    if await self._has_locations(service_id):
                        return
                    await asyncio.sleep(LOOK_EVERY_S)

    async def _has_locations(self, service_id: UUID) -> bool:
        async with self._house.desk(_SCOPE).read() as reading:
            return (await one(reading, Service, Name(id=service_id))).locations_refreshed_at is not None

    def _checked_state(self, request: Request) -> bytes | None:
        try:
            claims = jwt.decode(request.query_params.get("state", ""), self._key, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return None
        nonce = request.cookies.get(NONCE_COOKIE, "")
        # As bytes, because a cookie may hold anything and texts are compared in ASCII only.
        same = secrets.compare_digest(claims["nonce"].encode(), nonce.encode())
        return bytes.fromhex(claims["invitation"]) if same else None

    def _is_from_elsewhere(self, request: Request) -> bool:
        """Return whether a page of somebody else pressed the button. Ours has no referrer, hence `null` as origin."""
        origin = urlsplit(request.headers.get("origin", "null")).netloc
        ours = {"", request.url.netloc, urlsplit(self._redirect_uri).netloc}
        return origin not in ours or request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}

    async def _open(self, token: str) -> OpenInvitation:
        return await consent.open_invitation(self._house.desk(_SCOPE), consent.token_hash(token))


def _question(opened: OpenInvitation) -> str:
    service, customer = html.escape(opened.service.name), html.escape(opened.customer.full_name)
    return (
        f"<p><b>{customer}</b> has ordered <b>{service}</b>. To add phone numbers to your Webex Control Hub for you, "
        "we need the consent of an administrator of your Webex organization: to read its locations, telephony "
        "configuration, PSTN connections and users, and to add, change and remove phone numbers.</p>"
        '<form method="post"><button>Continue to Webex</button></form>'
    )


def _page(title: str, body: str, *, trusted: bool = False, status: int = 200) -> HTMLResponse:
    text = body if trusted else f"<p>{html.escape(body)}</p>"
    headers = {"cache-control": "no-store", "content-security-policy": POLICY}
    return HTMLResponse(_PAGE.format(title=html.escape(title), body=text), status_code=status, headers=headers)


def _status(error: NumberlineError) -> int:
    return {"NOT_FOUND": 404, "UNAVAILABLE": 503}.get(error.code, 410)


async def _style(_request: Request) -> Response:
    return Response(STYLE, media_type="text/css")
