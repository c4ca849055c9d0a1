"""Reading the development outbox, as a system-level Admin: its letters over HTTP, the link in one for GraphQL."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.consent import PREFIX
from api.issuer import IssuerUnavailable
from api.mail import Outbox
from api.refusals import refusal
from api.wiring import House, now
from provisioning.caller import Caller
from provisioning.consent import token_hash
from provisioning.errors import Forbidden, Unauthenticated
from provisioning.invitations import status_of
from store import consents
from store.scope import Scope
from store.tables import Invitation
from store.vocabulary import InvitationStatus, Level, Role

PATIENCE_S = 5.0
"""How long somebody who asks for a link waits for its letter, which a job writes."""

LOOK_EVERY_S = 0.05

_LINK = re.compile(rf"https?://\S+{PREFIX}/(\S+)")
_OPEN = frozenset({InvitationStatus.SENDING, InvitationStatus.SENT})
_SCOPE = Scope.everything("outbox")


def routes(house: House) -> list[Route]:
    """Return the route `GET /outbox?to=ADDRESS`: letters, the newest first. With a mail server there is none."""
    outbox = house.mailer
    if not isinstance(outbox, Outbox):
        return []

    async def letters(request: Request) -> Response:
        """Send the letters; invitations are secrets, so only the platform's own Admin may read them."""
        try:
            _admit(await house.tokens.caller(request.headers.get("authorization")))
        except (Unauthenticated, Forbidden) as error:
            return refusal(403 if isinstance(error, Forbidden) else 401, error.code, error.message)
        except IssuerUnavailable as error:
            return refusal(503, error.code, error.message, retryable=True)
        return JSONResponse({"letters": outbox.letters(request.query_params.get("to"))})

    return [Route("/outbox", letters)]


def _admit(caller: Caller | None) -> None:
    """Raise Unauthenticated or Forbidden for anybody but the platform's own Admin."""
    if caller is None:
        raise Unauthenticated
    if caller.level is not Level.SYSTEM or caller.role is not Role.ADMIN:
        raise Forbidden


def link_in_letter(house: House) -> Callable[[Invitation], Awaitable[str | None]] | None:
    """Return what reads the link of an invitation out of its letter; None where letters are mailed."""
    outbox = house.mailer
    if not isinstance(outbox, Outbox):
        return None

    async def read(invitation: Invitation) -> str | None:
        """Return the link, once its letter is there; None where the invitation is no longer open."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while status_of(invitation, now()) in _OPEN:
                    if link := await asyncio.to_thread(_link, outbox, invitation):
                        return link
                    await asyncio.sleep(LOOK_EVERY_S)
                    invitation = await _again(house, invitation)
        return None

    return read


def _link(outbox: Outbox, invitation: Invitation) -> str | None:
    """Return the link whose token is the invitation's: a letter that was written twice has another one each time."""
    if invitation.token_hash is None:
        return None
    found = (_LINK.search(letter["text"]) for letter in outbox.letters(invitation.email))
    return next((link[0] for link in found if link and token_hash(link[1]) == invitation.token_hash), None)


async def _again(house: House, invitation: Invitation) -> Invitation:
    async with house.desk(_SCOPE).read() as reading:
        return (await consents.newest_invitations(reading, [invitation.service_id]))[0] or invitation
