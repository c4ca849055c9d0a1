"""File routes: the numbers template."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioning.files.reading import template


async def numbers_template(_request: Request) -> Response:
    """Send the example CSV file that people fill in and import."""
    headers = {"content-disposition": 'attachment; filename="numbers.csv"'}
    return Response(template(), media_type="text/csv; charset=utf-8", headers=headers)


def routes() -> list[Route]:
    """Return the file routes."""
    return [Route("/templates/numbers.csv", numbers_template)]
