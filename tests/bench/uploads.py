"""An upload of many rows, from the bytes of a CSV file to live numbers, against COPY and INSERT of the same rows."""

import csv
import io
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psycopg
from psycopg import sql

from api.development import DevelopmentKey
from api.keys import token_key
from api.processes import server
from api.wiring import DATABASE_NAME, now
from provisioning.caller import Caller
from schema.ids import encode
from store.embedded import EmbeddedServer
from store.migrate import ensure_database, migrate
from store.vocabulary import Level, Role
from tests.bench.ground import FILL, Request, Wire

SIZES = (10_000, 100_000, 1_000_000)
"""How many rows a file has."""

AREAS = (212, 213, 305, 312, 404, 415, 512, 602, 617, 702, 713, 808, 901, 917, 949)
"""Area codes of the United States."""

OTHERS = (
    *("20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51"),
    *(
        "52",
        "54",
        "55",
        "56",
        "57",
        "60",
        "61",
        "62",
        "63",
        "64",
        "65",
        "66",
        "81",
        "82",
        "84",
        "86",
        "90",
        "351",
        "420",
    ),
)
"""Calling codes of other countries."""

_READY = """
UPDATE service SET mode = 'NON_INTEGRATED', status = 'READY';
UPDATE location SET attached_at = now();
DELETE FROM number;
"""


def measured() -> str:
    """Measure and return lines for the report."""
    with tempfile.TemporaryDirectory(prefix="nl-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        embedded = EmbeddedServer(Path(folder))
        owner_url = ensure_database(embedded.start(), DATABASE_NAME)
        try:
            migrate(owner_url)
            with psycopg.connect(owner_url, autocommit=True) as owner:
                owner.execute(FILL, {"numbers": 1})
                owner.execute(_READY)
                environment = {**_clean(), "NUMBERLINE_DATA_DIR": folder, "NUMBERLINE_PORT": "0"}
                with server(environment) as address:
                    desk = _Desk(address, Path(folder), owner)
                    return "\n".join(_line(desk, rows) for rows in SIZES)
        finally:
            embedded.stop()


@dataclass(slots=True)
class _Desk:
    """The running server, as one caller sees it, and the database behind it."""

    address: str
    folder: Path
    owner: psycopg.Connection[Any]
    chance: Random = field(default_factory=lambda: Random(1))
    used: set[int] = field(default_factory=set)

    @property
    def token(self) -> str:
        return DevelopmentKey(token_key(self.folder), now).issue(
            Caller("bench", Level.SYSTEM, Role.ADMIN), timedelta(hours=1)
        )

    def ask(self, field_name: str, given: dict[str, Any], content: bytes | None = None) -> dict[str, Any]:
        """Run a mutation on an upload; return the upload."""
        kind = f"{field_name[0].upper()}{field_name[1:]}Input"
        document = (
            f"mutation($input: {kind}!) {{ {field_name}(input: $input) "
            "{ upload { id status counts { total valid invalid submitted } } userErrors { code message } } }"
        )
        operation = {"query": document, "variables": {"input": given}}
        headers = {"authorization": f"Bearer {self.token}", "GraphQL-Require-Preflight": "1"}
        if content is None:
            answer = httpx.post(f"{self.address}/graphql", json=operation, headers=headers, timeout=600)
        else:
            parts = {"operations": json.dumps(operation), "map": json.dumps({"0": ["variables.input.source.file"]})}
            files = {"0": ("numbers.csv", content, "text/csv")}
            answer = httpx.post(f"{self.address}/graphql", data=parts, files=files, headers=headers, timeout=600)
        payload = answer.json()["data"][field_name]
        assert payload["userErrors"] == [], payload  # otherwise the figures are of nothing
        upload: dict[str, Any] = payload["upload"]
        return upload

    def started(self) -> str:
        """Start an upload; return its id."""
        found = self.owner.execute("SELECT service_id, location_id, sip_connection_id FROM upload").fetchone()
        assert found is not None
        names = zip(
            ("service", "location", "sipConnection"), ("Service", "Location", "SipConnection"), found, strict=True
        )
        header = {name: {"id": encode(kind, key)} for name, kind, key in names}
        upload: str = self.ask("uploadStart", {**header, "numberType": "USER"})["id"]
        return upload

    def validated(self, upload: str) -> None:
        """Have it validated and wait for the end of that."""
        if self.ask("uploadValidate", {"upload": {"id": upload}})["status"] == "VALIDATED":
            return
        while self.owner.execute("SELECT FROM upload WHERE status = 'VALIDATING'").fetchone():
            time.sleep(0.01)

    def content(self, rows: int) -> bytes:
        """Make a file of unique numbers, of which every tenth is invalid here: of no country, or of another one."""
        lines = ["Number"]
        while len(lines) <= rows:
            heads = [f"1{area}" for area in AREAS] if len(lines) % 10 else ["1100", *OTHERS]
            digits = int(self.chance.choice(heads)) * 10_000_000 + self.chance.randrange(2_000_000, 10_000_000)
            if digits not in self.used:
                self.used.add(digits)
                lines.append(f"+{digits}")
        return "\r\n".join(lines).encode()

    @property
    def process(self) -> int:
        """The process id of the server: the child that has the environment of ours."""
        children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
        return next(int(child) for child in children if b"serve" in Path(f"/proc/{child}/cmdline").read_bytes())

    def memory(self, name: str) -> float:
        """Return VmRSS or VmHWM of the server in megabytes."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) / 1024


def _line(desk: _Desk, rows: int) -> str:
    content, upload = desk.content(rows), desk.started()
    before = desk.memory("VmRSS")
    with _waiting(desk) as waits:
        start = time.perf_counter()
        desk.ask("uploadImport", {"upload": {"id": upload}, "source": {"file": None}}, content)
    desk.validated(upload)
    judged = time.perf_counter()
    stored = desk.ask("uploadSubmit", {"upload": {"id": upload}})["counts"]
    live = time.perf_counter()
    grown = desk.memory("VmHWM") - before
    by_hand, ready = _loaded(desk.owner, content), _copied(desk.owner, "upload_entry")
    numbers = _copied(desk.owner, "number")
    late = sorted(waits)[int(len(waits) * 0.99)] * 1000
    return (
        f"upload of {rows:,} rows ({stored['invalid'] / rows:.0%} invalid): from CSV to verdicts "
        f"{rows / (judged - start):,.0f} rows/s, {by_hand / (judged - start):.2f} of COPY and INSERT of the same rows "
        f"read by hand, {ready / (judged - start):.2f} of it where their bytes are ready; from submit to live numbers "
        f"{stored['submitted'] / (live - judged):,.0f}/s, {numbers / (live - judged):.2f} of COPY and INSERT; memory "
        f"grew by {grown:.0f} MB at most; a small query while it was read: p99 {late:.0f} ms of {len(waits)}"
    )


_NEWEST = "(SELECT * FROM {table} WHERE upload_id = (SELECT id FROM upload ORDER BY id DESC LIMIT 1))"


def _loaded(owner: psycopg.Connection[Any], content: bytes) -> float:
    """Return how long a loader takes that a person would write: read the CSV file, COPY its rows, INSERT them."""
    upload = owner.execute("SELECT provider_id, customer_id, id FROM upload ORDER BY id DESC LIMIT 1").fetchone()
    assert upload is not None
    start = time.perf_counter()
    with _twin(owner, "upload_entry", _LOADED) as copy:
        lines = csv.reader(io.StringIO(content.decode()))
        next(lines)
        for position, (raw,) in enumerate(lines):
            told = (position, 0, "FILE_ROW", position + 2, raw, raw, raw, 1, "1", raw[2:5], "VALID")
            copy.write_row((*upload, *told))
    return time.perf_counter() - start


_LOADED = (
    "(provider_id, customer_id, upload_id, position, part, kind, line, raw, first, last, size, calling_code, "
    "area_code, verdict)"
)


def _copied(owner: psycopg.Connection[Any], table: str) -> float:
    """Return how long it takes to COPY and INSERT the rows that the upload made, where their bytes are ready."""
    newest = sql.SQL(_NEWEST).format(table=sql.Identifier(table))
    with owner.cursor() as cursor, cursor.copy(sql.SQL("COPY {} TO STDOUT").format(newest)) as copy:
        content = b"".join(bytes(part) for part in copy)
    start = time.perf_counter()
    with _twin(owner, table) as copy:
        for begin in range(0, len(content), 1 << 16):
            copy.write(content[begin : begin + (1 << 16)])
    return time.perf_counter() - start


@contextmanager
def _twin(owner: psycopg.Connection[Any], table: str, columns: str = "") -> Iterator[psycopg.Copy]:
    """COPY into a temporary table, and INSERT ... ON CONFLICT into one with the same columns and indexes."""
    names = {"table": sql.Identifier(table), "twin": sql.Identifier(f"{table}_twin")}
    owner.execute(sql.SQL("DROP TABLE IF EXISTS {twin}").format(**names))
    owner.execute(sql.SQL("CREATE TABLE {twin} (LIKE {table} INCLUDING ALL)").format(**names))
    with owner.transaction():
        staged = "CREATE TEMP TABLE staged (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP"
        owner.execute(sql.SQL(staged).format(**names))
        with owner.cursor() as cursor, cursor.copy(f"COPY staged {columns} FROM STDIN") as copy:
            yield copy
        owner.execute(sql.SQL("INSERT INTO {twin} SELECT * FROM staged ON CONFLICT DO NOTHING").format(**names))


@contextmanager
def _waiting(desk: _Desk) -> Iterator[list[float]]:
    """Ask a small query over and over, 50 times a second, and note how long each answer takes."""
    head = f"POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: Bearer {desk.token}"
    query = json.dumps({"query": "{ services(first: 5) { nodes { name status } } }"}).encode()
    wire: Wire = Request(desk.address, head, query).sent_on()
    waits: list[float] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            start = time.perf_counter()
            wire.ask()
            waits.append(time.perf_counter() - start)
            over.wait(0.02)

    wire.ask()
    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield waits
    finally:
        over.set()
        thread.join()
        wire.close()


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("NUMBERLINE_")}
