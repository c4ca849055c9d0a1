"""What a person would write by hand: one Starlette endpoint, the same joins, the same pool, the same serializer."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from procrastinate import App, PsycopgConnector
from sqlalchemy import RowMapping, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.serving import announce, listening
from schema.ids import encode
from store.database import Database
from store.jobs import JobQueue
from store.scope import Scope

SQL = text("""
SELECT n.*, l.name AS location_name, l.country, l.calling_code AS location_code, s.name AS service_name,
       s.status AS service_status
FROM number AS n JOIN location AS l ON l.id = n.location_id JOIN service AS s ON s.id = n.service_id
ORDER BY n.e164, n.id LIMIT 51
""")
COST = {"requested": 151, "limit": 5_000}
"""What the GraphQL server says of the same page."""
SCOPE = Scope.everything("bench")


def app() -> Starlette:
    """Return the application; `uvicorn --factory` calls this."""
    url = os.environ["BENCH_DATABASE_URL"]
    database = Database(url, JobQueue(App(connector=PsycopgConnector())))

    async def page(_request: Request) -> Response:
        """Answer what GraphQL answers to the query of the benchmark."""
        async with database.read(SCOPE) as reading:
            rows = (await reading.session.execute(SQL)).mappings().all()
        body = {"data": {"numbers": {"nodes": [_node(row) for row in rows[:50]]}}, "extensions": {"cost": COST}}
        return Response(orjson.dumps(body), media_type="application/json")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await database.close()

    return Starlette(routes=[Route("/numbers", page)], lifespan=lifespan)


def _node(row: RowMapping) -> dict[str, object]:
    return {
        "id": encode("Number", row["id"]),
        "number": row["e164"],
        "callingCode": row["calling_code"],
        "areaCode": row["area_code"],
        "type": row["type"],
        "status": row["status"],
        "syncState": row["sync_state"],
        "acquiredAt": row["acquired_at"].isoformat(),
        "location": {"name": row["location_name"], "country": row["country"], "callingCode": row["location_code"]},
        "service": {"name": row["service_name"], "status": row["service_status"]},
    }


if __name__ == "__main__":
    announce(app(), listening("127.0.0.1", 0), "handwritten")
