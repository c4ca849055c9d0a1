"""What the matrix stands on: one of everything, for the owner and for each of the strangers."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import psycopg

from schema.ids import decode, encode
from tests.api.journey import Api, block

TERMS = {"numberType": "USER"}


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be named, by whatever its kind is named by."""

    kind: str
    id: str
    reference: str = ""
    name: str = ""
    e164: str = ""
    organization: str = ""

    @property
    def by(self) -> dict[str, str]:
        """Name it by its id, as a lookup does."""
        return {"id": self.id}

    @property
    def key(self) -> UUID:
        """Its key in the database."""
        return decode(self.id)[1]

    def made_up(self) -> "Thing":
        """Return something of the same kind that there is not, with names as long."""
        e164 = f"{block()}001" if self.e164 else ""
        names = [text and _unheard_of(text) for text in (self.reference, self.name, self.organization)]
        return Thing(self.kind, encode(self.kind, uuid4()), names[0], names[1], e164, names[2])


def _unheard_of(text: str) -> str:
    return text[:-12] + _token()


def _token() -> str:
    return uuid4().hex[:12]


@dataclass(frozen=True, slots=True)
class Ground:
    """A customer with one of everything. `upload` is completed and brought `number`, `draft` can still be filled.

    `integrated` is a service with a drift whose customer has consented.
    """

    provider: Thing
    tenant: Thing
    profile: Thing
    customer: Thing
    service: Thing
    integrated: Thing
    location: Thing
    connection: Thing
    upload: Thing
    draft: Thing
    number: Thing
    drift: Thing

    def of(self, kind: str) -> Thing:
        """Return what there is of a kind."""
        found: Thing = getattr(self, _FIELDS[kind])
        return found

    @property
    def header(self) -> dict[str, Any]:
        """The header of an upload."""
        named = {"service": self.service.by, "location": self.location.by, "sipConnection": self.connection.by}
        return {**named, **TERMS}

    @property
    def keys(self) -> dict[str, Any]:
        """The keys in the database, for SQL."""
        return {name: getattr(self, name).key for name in self.__dataclass_fields__}

    @property
    def listed(self) -> dict[str, Any]:
        """Its number, by the service and one by one."""
        return {"listed": {"service": self.service.by, "entries": [{"single": self.number.e164}]}}


_FIELDS = {
    "Tenant": "tenant",
    "Customer": "customer",
    "CallingProfile": "profile",
    "Service": "service",
    "Location": "location",
    "SipConnection": "connection",
    "Upload": "upload",
    "Number": "number",
    "Drift": "drift",
}

KINDS = sorted(_FIELDS)
"""Everything that has an id."""


@dataclass(frozen=True, slots=True)
class Land:
    """Where grounds are made: the API at system level, the owner's connection, a consented service, a profile."""

    api: Api
    database: psycopg.Connection[Any]
    consented: UUID
    profile: Thing

    async def provider(self) -> Thing:
        """Make a service provider."""
        name = f"Provider {_token()}"
        return Thing("Tenant", await self.api.make("tenantCreate", kind="SERVICE_PROVIDER", name=name), name=name)

    async def channel(self, provider: Thing) -> Thing:
        """Make a channel."""
        name = f"Channel {_token()}"
        made = await self.api.make("tenantCreate", kind="CHANNEL", name=name, parent=provider.by)
        return Thing("Tenant", made, name=name)

    async def ground(self, provider: Thing, channel: Thing | None = None) -> Ground:
        """Make a customer of the channel or, without one, of the provider, and one of everything for it."""
        tenant, e164 = channel or provider, f"{block()}001"
        texts = {name: _token() for name in _REFERENCES}
        variables = {"tenant": tenant.id, "profile": self.profile.id, "e164": e164, "other": f"{block()}001", **texts}
        made = await self.api.query(_DOCUMENT, **variables)
        assert all(payload["userErrors"] == [] for payload in made.values()), made
        ids = {name: payload["made"]["id"] for name, payload in made.items() if "made" in payload}
        of = {name: Thing(kind, ids[name], texts[name], texts[name], "", texts[name]) for name, kind in _MADE.items()}
        bare = Ground(provider, tenant, self.profile, **of, number=of["upload"], drift=of["upload"])
        self.run(_INTEGRATED, bare)
        number, drift = self._keys(bare)
        return replace(
            bare,
            number=Thing("Number", encode("Number", number), e164=e164),
            drift=Thing("Drift", encode("Drift", drift)),
        )

    def _keys(self, ground: Ground) -> tuple[UUID, UUID]:
        """Return the keys of the number and the drift."""
        query = "SELECT number.id, drift.id FROM number, drift WHERE upload_id = %s AND drift.service_id = %s"
        found = self.database.execute(query, [ground.upload.key, ground.integrated.key]).fetchone()
        assert found is not None
        return found[0], found[1]

    def run(self, statements: str, ground: Ground) -> None:
        """Bring a ground by SQL to where no quick use case leads. `%(service)s` is the key of its service."""
        with psycopg.ClientCursor(self.database) as cursor:
            cursor.execute(statements, {**ground.keys, "consented": self.consented})


_MADE = {
    "customer": "Customer",
    "service": "Service",
    "integrated": "Service",
    "location": "Location",
    "connection": "SipConnection",
    "upload": "Upload",
    "draft": "Upload",
}
"""What a ground is made of, by its name there."""

_REFERENCES = list(_MADE)
"""Each has a text of its own, as its reference and its name."""

_DOCUMENT = """mutation(
  $tenant: ID!, $profile: ID!, $customer: String!, $service: String!, $integrated: String!, $location: String!,
  $connection: String!, $upload: String!, $draft: String!, $e164: String!, $other: String!
) {
  customer: customerCreate(input: {
    tenant: {id: $tenant}, name: $customer, reference: $customer, fullName: "n", adminEmail: "a@b.test"
  }) { made: customer { id } userErrors { code path } }
  service: serviceOnboard(input: {
    customer: {reference: $customer}, name: $service, reference: $service, organizationId: $service
    kind: WEBEX_CLOUD_CONNECT, mode: NON_INTEGRATED
  }) { made: service { id } userErrors { code path } }
  integrated: serviceOnboard(input: {
    customer: {reference: $customer}, name: $integrated, reference: $integrated, organizationId: $integrated
    kind: WEBEX_CLOUD_CONNECT, mode: NON_INTEGRATED
  }) { made: service { id } userErrors { code path } }
  location: locationCreate(input: {
    service: {reference: $service}, name: $location, reference: $location, country: "US"
  }) { made: location { id } userErrors { code path } }
  attached: locationAttach(input: {location: {reference: $location}}) { userErrors { code path } }
  connection: sipConnectionCreate(input: {
    service: {reference: $service}, name: $connection, callingProfile: {id: $profile}
  }) { made: sipConnection { id } userErrors { code path } }
  upload: numbersUpload(input: {
    service: {reference: $service}, location: {reference: $location}, sipConnection: {name: $connection}
    numberType: USER, reference: $upload, entries: [{single: $e164}]
  }) { made: upload { id } userErrors { code path } }
  draft: uploadStart(input: {
    service: {reference: $service}, location: {reference: $location}, sipConnection: {name: $connection}
    numberType: USER, reference: $draft
  }) { made: upload { id } userErrors { code path } }
  filled: uploadAddNumbers(input: {upload: {reference: $draft}, entries: [{single: $other}]}) {
    userErrors { code path }
  }
}"""

_INTEGRATED = """
UPDATE service SET mode = 'INTEGRATED' WHERE id = %(integrated)s;
INSERT INTO consent_grant SELECT (jsonb_populate_record(g, jsonb_build_object(
  'service_id', s.id, 'provider_id', s.provider_id, 'channel_id', s.channel_id, 'customer_id', s.customer_id))).*
FROM consent_grant AS g, service AS s WHERE g.service_id = %(consented)s AND s.id = %(integrated)s;
INSERT INTO invitation (service_id, provider_id, channel_id, customer_id, email, expires_at, sent_at)
SELECT id, provider_id, channel_id, customer_id, 'a@b.test', now() + interval '1 day', now()
FROM service WHERE id = %(integrated)s;
INSERT INTO drift (service_id, provider_id, channel_id, customer_id, kind, e164)
SELECT id, provider_id, channel_id, customer_id, 'UNKNOWN_HERE', '+12125550100'
FROM service WHERE id = %(integrated)s;
"""
"""An Integrated service needs a consent, which takes seconds: that of another service is copied."""
