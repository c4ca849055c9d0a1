"""A page of 50 numbers with location and service, against a hand-written Starlette endpoint."""

import json
import os
import tempfile
from datetime import timedelta
from pathlib import Path

from api.development import DevelopmentKey
from api.keys import token_key
from api.processes import program, server
from api.wiring import DATABASE_NAME, now
from provisioning.caller import Caller
from store.embedded import EmbeddedServer
from store.migrate import as_application, ensure_database, migrate
from store.vocabulary import Level, Role
from tests.bench.ground import Request, fill, seconds_per_request

NUMBERS = 20_000
"""How many numbers the table holds."""

UNHURRIED = {"NUMBERLINE_REQUESTS_PER_SECOND": "1000000"}
"""One caller asks as often as it can."""

QUERY = """query Page { numbers(orderBy: NUMBER, first: 50) { nodes {
  id number callingCode areaCode type status syncState acquiredAt
  location { name country callingCode } service { name status }
} } }"""


def measured() -> str:
    """Measure and return a line for the report.

    Raises AssertionError where the two do not answer the same data.
    """
    with tempfile.TemporaryDirectory(prefix="nl-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        embedded = EmbeddedServer(Path(folder))
        owner_url = ensure_database(embedded.start(), DATABASE_NAME)
        try:
            migrate(owner_url)
            fill(owner_url, NUMBERS)
            return _compared(Path(folder), as_application(owner_url))
        finally:
            embedded.stop()


def _compared(folder: Path, url: str) -> str:
    with (
        server({**_clean(), "NUMBERLINE_DATA_DIR": str(folder), "NUMBERLINE_PORT": "0", **UNHURRIED}) as ours,
        program("tests.bench.handwritten", {**_clean(), "BENCH_DATABASE_URL": url}) as theirs,
    ):
        token = DevelopmentKey(token_key(folder), now).issue(
            Caller("bench", Level.SYSTEM, Role.ADMIN), timedelta(hours=1)
        )
        head = f"POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: Bearer {token}"
        wires = [
            Request(ours, head, json.dumps({"query": QUERY}).encode()).sent_on(),
            Request(theirs, "GET /numbers HTTP/1.1").sent_on(),
        ]
        answers = [wire.ask() for wire in wires]
        ours_said, theirs_said = [json.loads(answer)["data"] for answer in answers]
        assert ours_said == theirs_said, answers  # otherwise the figures compare nothing
        graphql, handwritten = seconds_per_request(wires)
        for wire in wires:
            wire.close()
    return (
        f"page of 50 numbers with location and service: {handwritten / graphql:.2f} of a hand-written endpoint "
        f"({1 / graphql:.0f} against {1 / handwritten:.0f} pages a second on one connection, "
        f"{len(answers[0]):,} bytes of equal data)"
    )


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("NUMBERLINE_")}
