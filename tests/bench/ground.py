"""The ground that benchmarks stand on: a database full of numbers, servers as processes, and a light client."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

import psycopg

FILL = """
WITH p AS (INSERT INTO tenant (id, kind, name, parent_id, provider_id)
           SELECT x, 'SERVICE_PROVIDER', 'Bench', (SELECT id FROM tenant WHERE parent_id IS NULL), x
           FROM (SELECT uuidv7() AS x) AS fresh RETURNING id),
c AS (INSERT INTO customer (provider_id, name, full_name, admin_email)
      SELECT id, 'bench', 'Bench Inc.', 'a@bench.example' FROM p RETURNING id, provider_id),
s AS (INSERT INTO service (provider_id, customer_id, name, kind, mode, status)
      SELECT provider_id, id, 'Bench service', 'WEBEX_CLOUD_CONNECT', 'INTEGRATED', 'READY' FROM c RETURNING *),
l AS (INSERT INTO location (provider_id, customer_id, service_id, source, name, country, calling_code)
      SELECT provider_id, customer_id, id, 'MANUAL', 'Site ' || g, 'US', '1' FROM s, generate_series(1, 3) AS g
      RETURNING *),
f AS (INSERT INTO calling_profile (name, carrier, region, sbc_devices, emergency_strings)
      VALUES ('Bench', 'Bench', 'Bench', '[]', '[]') RETURNING id),
sip AS (INSERT INTO sip_connection (provider_id, customer_id, service_id, calling_profile_id, name)
        SELECT s.provider_id, s.customer_id, s.id, f.id, 'sip' FROM s, f RETURNING *),
u AS (INSERT INTO upload (provider_id, customer_id, service_id, location_id, sip_connection_id, number_type, status,
                          created_by, created_by_level)
      SELECT l.provider_id, l.customer_id, l.service_id, l.id, sip.id, 'USER', 'COMPLETED', 'bench', 'SYSTEM'
      FROM l, sip WHERE l.name = 'Site 1' RETURNING id)
INSERT INTO number (provider_id, customer_id, service_id, location_id, sip_connection_id, upload_id, e164,
                    calling_code, area_code, subscriber_number, type, phone_type, cac, status, sync_state, source)
SELECT l.provider_id, l.customer_id, l.service_id, l.id, sip.id, u.id, '+1' || (2120000000 + g), '1', '212',
       (0000000 + g)::text, 'USER', 'DID', 2, 'ACTIVE', 'SYNCED', 'FILE'
FROM l, sip, u, generate_series(1, %(numbers)s) AS g WHERE l.name = 'Site ' || (1 + g %% 3)
"""


def fill(owner_url: str, numbers: int) -> None:
    """Store numbers of one service at three locations, and let the database know its tables."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(FILL, {"numbers": numbers})
        connection.execute("VACUUM ANALYZE")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as bytes, to be sent over and over."""

    address: str
    head: str
    body: bytes = b""

    def sent_on(self) -> "Wire":
        """Open a connection for it."""
        return Wire(self)


class Wire:
    """One kept-alive connection; as little work as a client can do, so that the server is what is measured."""

    def __init__(self, request: Request) -> None:
        host = urlsplit(request.address)
        self._socket = socket.create_connection((host.hostname or "", host.port or 80), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = f"{request.head}\r\nhost: {host.netloc}\r\ncontent-length: {len(request.body)}\r\n\r\n"
        self._bytes = head.encode() + request.body

    def ask(self) -> bytes:
        """Send the request and return the body of the answer."""
        self._socket.sendall(self._bytes)
        received = self._received()
        while b"\r\n\r\n" not in received:
            received += self._received()
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self._received()
        return body

    def _received(self) -> bytes:
        part = self._socket.recv(1 << 20)
        if not part:
            raise ConnectionError("the server hung up")
        return part

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def seconds_per_request(
    wires: list[Wire], *, rounds: int = 15, requests: int = 100, before: Callable[[Wire], object] = Wire.ask
) -> list[float]:
    """Return the median time of a request on each wire; rounds alternate, so that noise falls on all alike.

    `before` gets a wire ready for its turn.
    """
    times: list[list[float]] = [[] for _ in wires]
    for wire in wires:
        before(wire)
        _seconds(wire, requests)
    for _ in range(rounds):
        for wire, taken in zip(wires, times, strict=True):
            before(wire)
            taken.append(_seconds(wire, requests))
    return [median(taken) for taken in times]


def _seconds(wire: Wire, requests: int) -> float:
    start = time.perf_counter()
    for _ in range(requests):
        wire.ask()
    return (time.perf_counter() - start) / requests
