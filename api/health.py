"""Health, for load balancers and people."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.wiring import House
from store.errors import Unavailable


def routes(house: House) -> list[Route]:
    """Return the health route."""

    async def healthz(_request: Request) -> Response:
        """Answer 200 while the database answers, 503 while it does not."""
        try:
            await house.database.check()
        except Unavailable as error:
            return JSONResponse({"status": "unavailable", "code": error.code}, status_code=503)
        return JSONResponse({"status": "ok"})

    return [Route("/healthz", healthz)]
