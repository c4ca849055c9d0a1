"""The ground of a fuzzing: our server with its worker and its log, the simulator, and things that can be named."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from api.development import DevelopmentKey
from api.keys import token_key
from api.processes import simulator
from api.wiring import now
from provisioning.caller import Caller
from schema.ids import decode
from store.vocabulary import Level, Role
from tests.api.conftest import SMALL, environment
from tests.api.journey import Api, Site, added, block, integrated_site, plain_site, started, submitted
from tests.api.programs import serving
from tests.conformance.fuzz.known import Place

PATIENCE_S = 30
"""How long an answer may take until it counts as a hang."""

SIGNS = ("Traceback", "internal error")
"""What stands in the log after something that nobody foresaw."""

SHOWN = 4_000
"""How many characters before and after it are told."""

SMALL_QUERY = "{ viewer { role } }"


@dataclass(frozen=True, slots=True)
class Ground:
    """A running system."""

    data_dir: Path
    log: Path
    api: Api

    async def places(self) -> list[Place]:
        """Bring two services to where numbers can be uploaded, one of them Integrated, each with uploads."""
        integrated = await self._place(await integrated_site(self.api), webexPhoneType="DID")
        return [integrated, await self._place(await plain_site(self.api))]

    async def _place(self, site: Site, **more: str) -> Place:
        owner, first = site.estate, block()
        await submitted(self.api, site, (f"{first}000", f"{first}009"), **more)
        draft = await started(self.api, site, **more)
        await added(self.api, draft, f"{first}020", (f"{first}030", f"{first}039"))
        ids = {
            "Tenant": owner.channel,
            "CallingProfile": owner.profile,
            "Customer": owner.customer,
            "Service": site.service,
            "Location": site.location,
            "SipConnection": site.connection,
            "Upload": draft,
        }
        callers = (
            self._token(Level.SYSTEM, None),
            self._token(Level.PROVIDER, owner.provider),
            self._token(Level.CUSTOMER, owner.customer),
        )
        return Place(ids, first, callers)

    def _token(self, level: Level, bound_to: str | None) -> str:
        key = decode(bound_to)[1] if bound_to else None
        caller = Caller("fuzzer", level, Role.ADMIN, key)
        return DevelopmentKey(token_key(self.data_dir), now).issue(caller, timedelta(hours=6))

    async def complaints(self) -> list[str]:
        """Return what is wrong with the server itself, after all that."""
        said = self.log.read_text(errors="replace")
        first = min((said.find(sign) for sign in SIGNS if sign in said), default=-1)
        found = [] if first < 0 else [f"the log says {said[max(first - SHOWN, 0) : first + SHOWN]}"]
        health = await self.api.http.get(f"{self.api.address}/healthz")
        if health.status_code != httpx.codes.OK:
            found.append(f"health: {health.text}")
        if await self.api.query(SMALL_QUERY) != {"viewer": {"role": "ADMIN"}}:
            found.append("a small query is answered otherwise")
        return found


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """Run a system of its own, with a log."""
    with tempfile.TemporaryDirectory(prefix="nl-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240  # the embedded database may run as another user
        log = folder / "log"
        with simulator(folder / "state.sqlite") as control_hub, log.open("wb") as said:
            own = environment(folder / "server", control_hub, NUMBERLINE_DEVELOPMENT="true", **SMALL)
            async with serving(own, log=said) as (address, _), httpx.AsyncClient(timeout=PATIENCE_S) as http:
                system = Caller("fuzzer", Level.SYSTEM, Role.ADMIN)
                token = DevelopmentKey(token_key(folder / "server"), now).issue(system, timedelta(hours=6))
                yield Ground(folder / "server", log, Api(http, address, token))
