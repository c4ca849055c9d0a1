"""Fixtures for tests of an issuer's tokens: the check of them by itself, and a server that takes them."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest

from api.identity import Terms, Tokens
from api.issuer import IssuerKeys
from api.processes import server
from api.wiring import now
from provisioning.caller import Caller
from provisioning.errors import Unauthenticated
from tests.api.conftest import Running, environment
from tests.api.issuer import AUDIENCE, Issuer, issuer
from tests.api.journey import Api


@dataclass(slots=True)
class Door:
    """The check of tokens, with a clock of its own for how long keys are kept."""

    issuer: Issuer
    http: httpx.AsyncClient
    seconds: float = 0
    keys: IssuerKeys = field(init=False)
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        """Know no key yet."""
        self.keys = IssuerKeys(self.issuer.address, None, self.http, lambda: self.seconds)
        self.tokens = Tokens(self.keys, Terms(self.issuer.address, AUDIENCE, leeway=timedelta(seconds=30)), now)

    async def let_in(self, token: str) -> Caller | None:
        """Return who comes with a token."""
        return await self.tokens.caller(f"Bearer {token}")

    async def refuses(self, token: str) -> bool:
        """Say whether a token is no good."""
        with pytest.raises(Unauthenticated):
            await self.let_in(token)
        return True


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """A door before an issuer of this test's own."""
    async with httpx.AsyncClient() as http:
        with issuer() as running:
            yield Door(running, http)


@pytest.fixture(scope="session")
def served(running: Running) -> Iterator[tuple[str, Issuer]]:
    """A second server on the same data, which takes the tokens of an issuer."""
    with issuer() as found:
        ours = {"NUMBERLINE_ISSUER": found.address, "NUMBERLINE_AUDIENCE": AUDIENCE, "NUMBERLINE_WORKER": "false"}
        leeway = {"NUMBERLINE_CLOCK_LEEWAY": "PT0S"}
        with server(environment(running.data_dir, running.control_hub, **ours, **leeway)) as address:
            yield address, found


@pytest.fixture
def known(served: tuple[str, Issuer], http: httpx.AsyncClient) -> Api:
    """A caller with a token of the issuer."""
    return Api(http, served[0], served[1].token())
