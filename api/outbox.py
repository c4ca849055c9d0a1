"""Reading the development outbox over HTTP, as a system-level Admin."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.mail import Outbox
from api.wiring import House
from provisioning.errors import Unauthenticated
from store.vocabulary import Level, Role


def routes(house: House) -> list[Route]:
    """Return the route `GET /outbox?to=ADDRESS`: letters, the newest first. With a mail server there is none."""
    outbox = house.mailer
    if not isinstance(outbox, Outbox):
        return []

    async def letters(request: Request) -> Response:
        """Send the letters; invitations are secrets, so only the platform's own Admin may read them."""
        try:
            caller = house.tokens.caller(request.headers.get("authorization"))
        except Unauthenticated:
            caller = None
        if caller is None or caller.level is not Level.SYSTEM or caller.role is not Role.ADMIN:
            return JSONResponse({"code": "FORBIDDEN"}, status_code=403)
        return JSONResponse({"letters": outbox.letters(request.query_params.get("to"))})

    return [Route("/outbox", letters)]
