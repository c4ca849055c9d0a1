"""A page of 50 numbers with location and service: against a hand-written endpoint, and without row-level security."""

import json
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from api.development import DevelopmentKey
from api.keys import token_key
from api.processes import program, server
from api.wiring import DATABASE_NAME, now
from provisioning.caller import Caller
from store.embedded import EmbeddedServer
from store.migrate import as_application, ensure_database, migrate
from store.vocabulary import Level, Role
from tests.bench.ground import Request, Wire, fill, seconds_per_request

NUMBERS = 20_000
"""How many numbers the table holds."""

UNHURRIED = {"NUMBERLINE_REQUESTS_PER_SECOND": "1000000"}
"""One caller asks as often as it can."""

QUERY = """query Page { numbers(orderBy: NUMBER, first: 50) { nodes {
  id number callingCode areaCode type status syncState acquiredAt
  location { name country callingCode } service { name status }
} } }"""


def measured() -> str:
    """Measure and return two lines for the report.

    Raises AssertionError where two do not answer the same data.
    """
    with tempfile.TemporaryDirectory(prefix="nl-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        embedded = EmbeddedServer(Path(folder))
        owner_url = ensure_database(embedded.start(), DATABASE_NAME)
        try:
            migrate(owner_url)
            fill(owner_url, NUMBERS)
            return f"{_compared(Path(folder), as_application(owner_url))}\n{_secured(Path(folder), owner_url)}"
        finally:
            embedded.stop()


def _compared(folder: Path, url: str) -> str:
    with (
        server({**_clean(), "NUMBERLINE_DATA_DIR": str(folder), "NUMBERLINE_PORT": "0", **UNHURRIED}) as ours,
        program("tests.bench.handwritten", {**_clean(), "BENCH_DATABASE_URL": url}) as theirs,
    ):
        wires = [
            _asking(ours, folder, Caller("bench", Level.SYSTEM, Role.ADMIN)),
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


def _secured(folder: Path, owner_url: str) -> str:
    """Compare the server as it is with one that tells no scope to a database that asks for none."""
    environment = {**_clean(), "NUMBERLINE_DATA_DIR": str(folder), "NUMBERLINE_PORT": "0", **UNHURRIED}
    with (
        server(environment) as ours,
        program("tests.bench.untold", environment) as bare,
        psycopg.connect(owner_url, autocommit=True) as owner,
    ):
        carrier = owner.execute("SELECT provider_id FROM number LIMIT 1").fetchone()
        assert carrier is not None
        caller = Caller("bench", Level.PROVIDER, Role.ADMIN, carrier[0])
        wires = [_asking(address, folder, caller) for address in (ours, bare)]

        def turn(wire: Wire) -> None:
            _switch(owner, "ENABLE" if wire is wires[0] else "DISABLE")
            answers[wire] = [wire.ask() for _ in range(20)][-1]

        answers: dict[Wire, bytes] = {}
        secured, unsecured = seconds_per_request(wires, before=turn)
        assert answers[wires[0]] == answers[wires[1]], answers  # otherwise the figures compare nothing
        _switch(owner, "ENABLE")
        for wire in wires:
            wire.close()
    return (
        f"the same page for a provider: with row-level security {unsecured / secured:.2f} of what it is without "
        f"({1 / secured:.0f} against {1 / unsecured:.0f} pages a second, "
        f"{(secured - unsecured) * 1e6:.0f} microseconds a page)"
    )


def _switch(owner: psycopg.Connection[Any], how: str) -> None:
    """Enable or disable row-level security on every table that has it."""
    for (table,) in owner.execute("SELECT DISTINCT polrelid::regclass::text FROM pg_policy").fetchall():
        owner.execute(sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY").format(sql.Identifier(table), sql.SQL(how)))


def _asking(address: str, folder: Path, caller: Caller) -> Wire:
    token = DevelopmentKey(token_key(folder), now).issue(caller, timedelta(hours=1))
    head = f"POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: Bearer {token}"
    return Request(address, head, json.dumps({"query": QUERY}).encode()).sent_on()


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("NUMBERLINE_")}
