"""Health, for load balancers and people."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.wiring import House
from store.errors import Unavailable
from store.events import head
from store.scope import Scope

_SCOPE = Scope.everything("health check")


def routes(house: House) -> list[Route]:
    """Return the health route."""

    async def healthz(_request: Request) -> Response:
        """Answer 200 while the database answers, 503 while it does not."""
        try:
            async with house.database.read(_SCOPE) as reading:
                await head(reading)
        except Unavailable as error:
            return JSONResponse({"status": "unavailable", "code": error.code}, status_code=503)
        return JSONResponse({"status": "ok"})

    return [Route("/healthz", healthz)]
