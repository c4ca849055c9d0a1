"""Invitations by a real mail server: the whole way, and what the service shows of it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api.demo.consenting import consent
from api.graphiql.guide import TO_FILL_IN
from api.processes import server
from tests.api.conftest import Running, environment
from tests.api.journey import LINK, Api, Estate, estate, eventually, onboard
from tests.post import PASSWORD, USER, PostOffice, authenticate, certificate, identity, open_office

STANDS = """query($by: ServiceBy!) { service(by: $by) {
  status organizationId consentedAt
  invitation { email status problem sentAt expiresAt }
  consent { status grantedBy grantedAt revokedAt }
  locations { totalCount }
} }"""
UNKNOWN = "550 5.1.1 No such user here"


@pytest.fixture(scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[PostOffice, Path]]:
    """A mail server that wants TLS and a password, and its certificate."""
    pem = certificate(tmp_path_factory.mktemp("post"))
    login = {"authenticator": authenticate, "auth_required": True, "require_starttls": True}
    async with open_office(tls_context=identity(pem), **login) as opened:
        yield opened, pem


@pytest.fixture(scope="module")
def mailing(office: tuple[PostOffice, Path], running: Running, short_folder: Path) -> Iterator[Running]:
    """A server that sends its letters there."""
    opened, pem = office
    mail = {
        "NUMBERLINE_SMTP_URL": f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{opened.port}",
        "NUMBERLINE_MAIL_FROM": "Numberline <no-reply@numberline.example>",
        "SSL_CERT_FILE": str(pem),
    }
    data_dir = short_folder / "mailing"
    with server(environment(data_dir, running.control_hub, **mail)) as address:
        yield Running(address, running.control_hub, data_dir)


@dataclass(frozen=True, slots=True)
class Mailed:
    """A caller, the mail server, and a customer."""

    api: Api
    office: PostOffice
    owner: Estate

    async def stands(self, service: str) -> dict[str, Any]:
        """Return how a service stands."""
        found: dict[str, Any] = (await self.api.query(STANDS, by={"id": service}))["service"]
        return found

    async def link(self, to: str) -> str:
        """Return the link of the newest letter to an address, once it has come."""
        texts = await eventually(lambda: self._texts(to))
        found = LINK.search(texts[-1])
        assert found is not None
        return found[0]

    async def _texts(self, to: str) -> list[str]:
        return self.office.texts(to)


@pytest.fixture
async def mailed(mailing: Running, http: httpx.AsyncClient, office: tuple[PostOffice, Path]) -> Mailed:
    """Somebody at the system level of that server."""
    api = Api(http, mailing.address, mailing.token())
    return Mailed(api, office[0], await estate(api))


async def test_an_invitation_by_mail_leads_to_consent(mailed: Mailed) -> None:
    """Over TLS with a password; what there is to know arrives by itself."""
    service = await onboard(mailed.api, mailed.owner, mode="INTEGRATED")
    link = await mailed.link(mailed.owner.admin)
    await consent(link, mailed.owner.organization)

    async def read() -> dict[str, Any] | None:
        found = await mailed.stands(service)
        return found if found["locations"]["totalCount"] and found["invitation"]["sentAt"] else None

    found = await eventually(read)
    assert mailed.office.users[-1] == USER
    assert found["status"] == "PENDING_PROVISIONING"
    assert found["organizationId"]
    assert found["consentedAt"] == found["consent"]["grantedAt"]
    assert (found["invitation"]["email"], found["invitation"]["status"]) == (mailed.owner.admin, "USED")
    assert found["consent"] == {**found["consent"], "status": "ACTIVE", "grantedBy": mailed.owner.admin}


async def test_a_mailed_link_is_in_the_letter_alone(mailed: Mailed) -> None:
    """Not even the system's Admin is told it; and such a server hands out no token."""
    document = "query($by: ServiceBy!) { service(by: $by) { invitation { developmentLink } } }"
    service = await onboard(mailed.api, mailed.owner, mode="INTEGRATED")
    assert await mailed.link(mailed.owner.admin)

    invitation = (await mailed.api.query(document, by={"id": service}))["service"]["invitation"]
    config = await mailed.api.http.get(f"{mailed.api.address}/graphiql/config.json")

    assert invitation["developmentLink"] is None
    assert config.json()["headers"] == {"Authorization": f"Bearer {TO_FILL_IN}"}


async def test_a_wrong_address_is_shown_and_mended(mailed: Mailed) -> None:
    """The new address gets an invitation by itself, which works."""
    wrong, right = mailed.owner.admin, f"right-{mailed.owner.admin}"
    mailed.office.to_address[wrong] = UNKNOWN
    service = await onboard(mailed.api, mailed.owner, mode="INTEGRATED")

    async def refused() -> dict[str, Any] | None:
        found = (await mailed.stands(service))["invitation"]
        return found if found["status"] == "REFUSED" else None

    found = await eventually(refused)
    await mailed.api.make("customerUpdate", customer={"id": mailed.owner.customer}, adminEmail=right)
    link = await mailed.link(right)
    await consent(link, mailed.owner.organization)

    assert (found["email"], found["problem"], found["sentAt"]) == (wrong, UNKNOWN, None)
    assert (await mailed.stands(service))["consent"]["grantedBy"] == right


async def test_with_a_mail_server_there_is_no_outbox(mailed: Mailed) -> None:
    """Letters do not lie about."""
    answer = await mailed.api.http.get(f"{mailed.api.address}/outbox", headers=mailed.api.headers)
    assert answer.status_code == 404
