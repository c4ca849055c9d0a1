"""What it costs to refuse abuse: a server of its own, one document after the other, and a small query beside them."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import httpx

from api.development import DevelopmentKey
from api.keys import token_key
from api.processes import server
from api.wiring import now
from provisioning.caller import Caller
from store.vocabulary import Level, Role
from tests.schema.abuse import ABUSE

AIM_MS = 100
"""How long refusing one of them may take on an idle machine."""

ROUNDS = 5
"""How often each is sent; no two the same, so that nothing is remembered of it."""


def measured() -> str:
    """Measure and return lines for the report, the dearest first."""
    with _served() as (http, address):
        found = {name: median(_times(http, address, document)) for name, (document, _) in _all().items()}
        small = median(_times(http, address, "{ viewer { role } }"))
    slowest = sorted(found.items(), key=lambda pair: -pair[1])
    lines = [f"  {name}: {milliseconds:.0f} ms" for name, milliseconds in slowest]
    kept = "kept" if slowest[0][1] < AIM_MS else "missed"
    return "\n".join([f"refusing abuse: aim below {AIM_MS} ms, {kept}; a small query takes {small:.1f} ms", *lines])


def _all() -> dict[str, tuple[str, str | None]]:
    return {
        **ABUSE,
        "a long document": ("{ viewer { role } } #" + "x" * 1_000_000, None),
        "a huge page": ("{ numbers(first: 1000000000) { nodes { id } } }", None),
        "a batch": (json.dumps([{"query": "{ viewer { role } }"}] * 10_000), None),
    }


def _times(http: httpx.Client, address: str, document: str) -> Iterator[float]:
    """Yield how long each answer takes, in milliseconds."""
    for number in range(ROUNDS):
        body = document if document.startswith("[") else json.dumps({"query": f"{document} #{number}"})
        begun = perf_counter()
        http.post(f"{address}/graphql", content=body)
        yield (perf_counter() - begun) * 1_000


@contextmanager
def _served() -> Iterator[tuple[httpx.Client, str]]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("NUMBERLINE_")}
    with tempfile.TemporaryDirectory(prefix="nl-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with server({**others, "NUMBERLINE_DATA_DIR": folder, "NUMBERLINE_PORT": "0"}) as address:
            caller = Caller("bench", Level.SYSTEM, Role.ADMIN)
            token = DevelopmentKey(token_key(Path(folder)), now).issue(caller, timedelta(hours=1))
            headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
            with httpx.Client(headers=headers, timeout=60) as http:
                http.post(f"{address}/graphql", content=b'{"query": "{ viewer { role } }"}')
                yield http, address
