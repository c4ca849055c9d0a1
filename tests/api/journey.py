"""Arrangers: the public API as a caller uses it, and services brought as far as a test needs them."""

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from graphql import GraphQLInputObjectType, GraphQLObjectType, build_schema, get_named_type

from api.demo.client import Client
from api.demo.consenting import LINK, consent

SCHEMA = build_schema((Path(__file__).parents[2] / "schema.graphql").read_text())
"""The committed schema: what a client knows of us."""

ENDED = frozenset({"COMPLETED", "PARTIAL", "FAILED"})
"""The statuses in which an upload is over."""

_BLOCKS = itertools.count(2_100)

Found = TypeVar("Found")

Refusal = tuple[str, tuple[str, ...]]
"""The code of a user error, and the path of the input it is about, without "input"."""


def block() -> str:
    """Return the first seven digits, with the plus and 1212, of a thousand numbers that no other test uses."""
    return f"+1212{next(_BLOCKS)}"


@dataclass(frozen=True, slots=True)
class Api:
    """One caller of one server."""

    http: httpx.AsyncClient
    address: str
    token: str | None

    def as_(self, token: str | None) -> "Api":
        """Return the same server for another caller."""
        return replace(self, token=token)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that say who calls."""
        return {} if self.token is None else {"authorization": f"Bearer {self.token}"}

    async def post(self, document: str, **variables: Any) -> httpx.Response:
        """Send a document; return whatever is answered."""
        body = {"query": document, "variables": variables}
        return await self.http.post(f"{self.address}/graphql", json=body, headers=self.headers)

    async def query(self, document: str, **variables: Any) -> dict[str, Any]:
        """Return the data of a query that goes well."""
        answer = (await self.post(document, **variables)).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def codes(self, document: str, **variables: Any) -> list[str]:
        """Return the codes of the errors of a document that does not go well."""
        answer = (await self.post(document, **variables)).json()
        return [error["extensions"]["code"] for error in answer["errors"]]

    async def payload(self, field: str, given: dict[str, Any], selection: str = "id") -> dict[str, Any]:
        """Run a mutation; return its whole payload."""
        found: dict[str, Any] = (await self.query(mutation(field, selection), input=given))[field]
        return found

    async def make(self, field: str, selection: str = "id", **given: Any) -> Any:
        """Run a mutation that goes well; return what it made: its id, or what is selected of it."""
        return _made(field, await self.payload(field, given, selection), selection)

    async def refusals(self, field: str, **given: Any) -> list[Refusal]:
        """Run a mutation that is refused; return why, in the order of the answer."""
        return refusals(field, await self.payload(field, given))

    async def send(self, upload: str, content: bytes, **more: Any) -> dict[str, Any]:
        """Import a file into an upload; return the whole payload."""
        given = {"upload": {"id": upload}, "source": {"file": None}, **more}
        answer = await self.multipart(mutation("uploadImport"), given, content)
        found: dict[str, Any] = answer.json()["data"]["uploadImport"]
        return found

    async def multipart(
        self, document: str, given: dict[str, Any], content: bytes, *, preflight: bool = True
    ) -> httpx.Response:
        """Send a document whose `input.source.file` is a file (GraphQL multipart request specification)."""
        parts = {
            "operations": json.dumps({"query": document, "variables": {"input": given}}),
            "map": json.dumps({"0": ["variables.input.source.file"]}),
        }
        headers = self.headers | ({"GraphQL-Require-Preflight": "1"} if preflight else {})
        files = {"0": ("numbers.csv", content, "text/csv")}
        return await self.http.post(f"{self.address}/graphql", data=parts, files=files, headers=headers)

    def follow(self, document: str, **variables: Any) -> AsyncGenerator[dict[str, Any], None]:
        """Subscribe over a WebSocket of its own."""
        return Client(self.http, self.address, self.token or "").follow(document, **variables)


def mutation(field: str, selection: str = "id") -> str:
    """Return the document of a mutation: what it makes, and its user errors."""
    return (
        f"mutation($input: {field[0].upper()}{field[1:]}Input!) {{ {field}(input: $input) {{ "
        f"{thing(field)} {{ {selection} }} userErrors {{ code message path }} }} }}"
    )


def thing(field: str) -> str:
    """Return the field of a mutation's payload that holds what it made or changed: the one object beside its errors."""
    payload = get_named_type(_field(field).type)
    assert isinstance(payload, GraphQLObjectType)
    fields = {name: get_named_type(kind.type) for name, kind in payload.fields.items() if name != "userErrors"}
    return next(name for name, kind in fields.items() if isinstance(kind, GraphQLObjectType))


def refusals(field: str, payload: dict[str, Any]) -> list[Refusal]:
    """Return why a mutation was refused. Whatever the reason: nothing was made, and each path is one of the input."""
    assert payload[thing(field)] is None
    assert payload["userErrors"]
    assert all(error["message"] and "{" not in error["message"] for error in payload["userErrors"])
    paths = [tuple(error["path"]) for error in payload["userErrors"]]
    assert all(is_input_path(field, path) for path in paths), paths
    return [(error["code"], path[1:]) for error, path in zip(payload["userErrors"], paths, strict=True)]


def is_input_path(field: str, path: tuple[str, ...]) -> bool:
    """Say whether the path leads from the mutation's argument to a field of its input, not only to the whole of it."""
    place = _field(field).args[path[0]].type if path and path[0] in _field(field).args else None
    for name in path[1:]:
        kind = get_named_type(place)
        if name.isdigit():
            continue
        if not isinstance(kind, GraphQLInputObjectType) or name not in kind.fields:
            return False
        place = kind.fields[name].type
    return place is not None and len(path) > 1


def _field(name: str) -> Any:
    assert SCHEMA.mutation_type is not None
    return SCHEMA.mutation_type.fields[name]


def _made(field: str, payload: dict[str, Any], selection: str) -> Any:
    assert payload["userErrors"] == [], payload
    made = payload[thing(field)]
    return made["id"] if selection == "id" else made


@dataclass(frozen=True, slots=True)
class Estate:
    """A provider with one channel, a calling profile and a customer of the channel."""

    provider: str
    channel: str
    profile: str
    customer: str
    name: str

    @property
    def admin(self) -> str:
        """The address of the customer's administrator."""
        return f"admin@{self.name}.example"

    @property
    def organization(self) -> str:
        """The name of the customer's Webex organization."""
        return f"Organization {self.name}"


async def estate(api: Api) -> Estate:
    """Create the tenants of a test and what they share, all of it by the public API at system level."""
    name = uuid4().hex[:12]
    provider = await api.make("tenantCreate", kind="SERVICE_PROVIDER", name=f"Provider {name}")
    channel = await api.make("tenantCreate", kind="CHANNEL", name=f"Channel {name}", parentId=provider)
    devices = [{"name": "sbc-1", "trunks": ["trunk-1a"]}, {"name": "sbc-2", "trunks": ["trunk-2a"]}]
    profile = await api.make(
        "callingProfileCreate", name=f"Profile {name}", carrier="Carrier", region="Region", sbcDevices=devices
    )
    shell = Estate(provider, channel, profile, "", name)
    customer = await customer_of(api, channel, f"Customer {name}", adminEmail=shell.admin)
    return replace(shell, customer=customer)


async def customer_of(api: Api, tenant: str, name: str, **more: Any) -> str:
    """Create a customer of a tenant."""
    given = {"tenantId": tenant, "name": name, "fullName": f"{name} Inc.", "adminEmail": "a@b.example", **more}
    made: str = await api.make("customerCreate", **given)
    return made


@dataclass(frozen=True, slots=True)
class Site:
    """A service that numbers can be uploaded to: its attached location in the United States, its SIP connection."""

    estate: Estate
    service: str
    location: str
    connection: str

    def header(self, **more: Any) -> dict[str, Any]:
        """Return the header of an upload of User numbers, Non-Integrated."""
        named = {
            "service": {"id": self.service},
            "location": {"id": self.location},
            "sipConnection": {"id": self.connection},
        }
        return {**named, "numberType": "USER", **more}


async def onboard(api: Api, owner: Estate, **more: Any) -> str:
    """Onboard a Non-Integrated Webex Cloud Connect service, unless told otherwise."""
    kind = {"kind": "WEBEX_CLOUD_CONNECT", "mode": "NON_INTEGRATED"}
    given = {"customer": {"id": owner.customer}, "name": f"Service {uuid4().hex[:8]}", **kind, **more}
    made: str = await api.make("serviceOnboard", **given)
    return made


async def plain_site(api: Api, owner: Estate | None = None, **more: Any) -> Site:
    """Bring a Non-Integrated service to where numbers can be uploaded."""
    owner = owner or await estate(api)
    service = await onboard(api, owner, **more)
    location = await api.make("locationCreate", service={"id": service}, name="New York", country="US")
    await api.make("locationAttach", location={"id": location})
    return Site(owner, service, location, await connected(api, service, owner.profile))


async def integrated_site(api: Api, organization: str | None = None) -> Site:
    """Bring an Integrated service of a new customer through consent to where numbers can be uploaded."""
    owner = await estate(api)
    service = await onboard(api, owner, mode="INTEGRATED")
    assert await consent(await invitation(api, owner.admin), organization or owner.organization) == "Thank you"
    location = (await locations(api, service))["New York"]
    await api.make("locationAttach", location={"id": location})
    return Site(owner, service, location, await connected(api, service, owner.profile))


async def connected(api: Api, service: str, profile: str, name: str = "pstn") -> str:
    """Create a SIP connection of a service."""
    given = {"service": {"id": service}, "name": name, "callingProfileId": profile}
    made: str = await api.make("sipConnectionCreate", **given)
    return made


async def invitation(api: Api, admin: str) -> str:
    """Return the link of the newest invitation to an administrator, once it has been mailed."""
    letters = await eventually(lambda: _letters(api, admin))
    found = LINK.search(letters[0]["text"])
    assert found is not None
    return found[0]


async def _letters(api: Api, admin: str) -> list[dict[str, Any]]:
    answer = await api.http.get(f"{api.address}/outbox", params={"to": admin}, headers=api.headers)
    letters: list[dict[str, Any]] = answer.raise_for_status().json()["letters"]
    return letters


async def locations(api: Api, service: str) -> dict[str, str]:
    """Return the ids of the service's locations by name, once they have been read from Control Hub."""
    found = await eventually(lambda: _locations(api, service))
    return {location["name"]: location["id"] for location in found}


async def _locations(api: Api, service: str) -> list[dict[str, Any]]:
    document = "query($by: ServiceBy!) { service(by: $by) { locations { nodes { id name } } } }"
    found: list[dict[str, Any]] = (await api.query(document, by={"id": service}))["service"]["locations"]["nodes"]
    return found


async def started(api: Api, site: Site, **more: Any) -> str:
    """Start an upload."""
    made: str = await api.make("uploadStart", **site.header(**more))
    return made


async def added(api: Api, upload: str, *entries: Any) -> None:
    """Add numbers (a text) and ranges (a pair) to an upload."""
    given = [{"single": e} if isinstance(e, str) else {"range": {"first": e[0], "last": e[1]}} for e in entries]
    await api.make("uploadAddNumbers", upload={"id": upload}, entries=given)


async def submitted(api: Api, site: Site, *entries: Any, **more: Any) -> str:
    """Upload numbers (texts) and ranges (pairs) in one go; return the upload's id."""
    upload = await started(api, site, **more)
    await added(api, upload, *entries)
    await api.make("uploadSubmit", upload={"id": upload})
    return upload


async def ended(api: Api, upload: str, patience_s: float = 60) -> str:
    """Follow an upload to its end; return its last status."""
    document = "subscription($by: UploadBy!) { uploadProgressed(upload: $by) { status } }"
    async with asyncio.timeout(patience_s):
        async for step in api.follow(document, by={"id": upload}):
            status: str = step["uploadProgressed"]["status"]
            if status in ENDED:
                return status
    raise ConnectionError("the subscription ended before the upload did")


async def eventually(ask: Callable[[], Awaitable[Found]], patience_s: float = 60) -> Found:
    """Ask again and again until something is found: for what another process does in its own time."""
    async with asyncio.timeout(patience_s):
        while True:
            if found := await ask():
                return found
            await asyncio.sleep(0.02)


async def in_simulator(http: httpx.AsyncClient, simulator: str, path: str, **query: str) -> Any:
    """Look at one of the simulator's own routes."""
    return (await http.get(f"{simulator}{path}", params=query)).raise_for_status().json()
