"""Reading the audit trail: who sees what of it, and by what it is found."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLObjectType
from sqlmodel import col

from provisioning import changes, releases, removal, tenants
from provisioning.caller import Caller
from provisioning.changes import NumberChanges
from provisioning.desk import Desk
from provisioning.tenants import CustomerChange
from schema.build import NumberlineSchema
from schema.context import Context
from schema.ids import encode
from schema.types.audit import shown
from schema.types.entities import KINDS
from store.lookup import Name
from store.scope import Scope
from store.tables import AuditEvent
from store.vocabulary import Level, NumberType, Role
from tests.api.journey import SCHEMA
from tests.arrange import by_hand, channel, judged, profile, provider, rows, seen_by, span, submitted
from tests.schema.audited import TRAIL, Ask, Family


@pytest.fixture
def desk(own_context: Context) -> Desk:
    """The desk of the platform itself, on this test's database."""
    return replace(own_context.desk, scope=Scope.everything("worker"))


@pytest.fixture
async def ours(desk: Desk) -> Family:
    """A family with four numbers."""
    above = await provider(desk, "Ours")
    reseller = await channel(desk, above)
    dialog = await by_hand(desk, reseller)
    await submitted(desk, dialog, span("+12125550100", "+12125550103"))
    return Family(above, reseller, dialog)


@pytest.fixture
def ask(schema: NumberlineSchema, own_context: Context) -> Ask:
    """Read the trail as somebody; at system level where nobody is named."""

    async def asked(caller: Caller | None = None, document: str = TRAIL, **variables: Any) -> Any:
        context = replace(own_context, caller=caller or own_context.caller, _loaders=None)
        result = await schema.execute(document, variable_values=variables, context_value=context)
        codes = [(error.extensions or {}).get("code") for error in result.errors or ()]
        return {"codes": codes} if codes else next(iter((result.data or {}).values()))

    return asked


def at(desk: Desk, caller: Caller) -> Desk:
    """Return the desk of a caller."""
    return seen_by(desk, caller.scope)


async def test_an_event_says_who_did_what_and_what_it_was_before_and_is_since(
    desk: Desk, ask: Ask, ours: Family
) -> None:
    """In the words of the API: fields by their names, entities by their ids."""
    me = ours.caller(Level.CHANNEL)
    customer_id = ours.dialog.service.customer_id
    await tenants.update_customer(at(desk, me), CustomerChange(Name(id=customer_id), full_name="Acme Limited"))

    (event,) = (await ask(me, filter={"action": "CUSTOMER_UPDATED"}))["nodes"]

    entity = encode("Customer", customer_id)
    assert event | {"id": "", "at": ""} == {
        "id": "",
        "at": "",
        "action": "CUSTOMER_UPDATED",
        "actor": "somebody at CHANNEL",
        "actorLevel": "CHANNEL",
        "entityId": entity,
        "entity": {"__typename": "Customer", "id": entity},
        "changes": [{"field": "fullName", "before": "Acme Inc.", "after": "Acme Limited"}],
        "numbers": [],
    }


async def test_numbers_that_were_alike_are_told_together(desk: Desk, ask: Ask, ours: Family) -> None:
    """As ranges, with what they were and are."""
    wanted = NumberChanges(number_type=NumberType.SERVICE, cac=5)
    await changes.update(at(desk, ours.caller(Level.PROVIDER)), ours.numbers, wanted)

    (event,) = (await ask(filter={"action": ["NUMBERS_CHANGED"]}))["nodes"]

    assert event["numbers"] == [{"first": "+12125550101", "last": "+12125550102", "size": 2}]
    assert event["changes"] == [
        {"field": "cacValue", "before": 2, "after": 5},
        {"field": "numbers", "before": None, "after": 2},
        {"field": "type", "before": "USER", "after": "SERVICE"},
    ]


async def test_who_released_a_number_is_found_by_the_number(desk: Desk, ask: Ask, ours: Family) -> None:
    """Also within a range, and by the id of the number; one that was not named is not found."""
    await releases.release(at(desk, ours.caller(Level.CHANNEL)), ours.numbers)
    document = '{ number(by: { e164: "+12125550102" }) { id } }'
    number = await ask(document=document)

    by_number = await ask(filter={"number": "+12125550102"})
    by_id = await ask(filter={"entity": number["id"]})

    assert [(event["action"], event["actor"]) for event in by_number["nodes"]] == [
        ("NUMBERS_RELEASED", "somebody at CHANNEL")
    ]
    assert by_id["nodes"] == by_number["nodes"]
    assert (await ask(filter={"number": "+12125550103"}))["nodes"] == []


async def test_it_is_narrowed_by_each_criterion(desk: Desk, ask: Ask, ours: Family) -> None:
    """Tenant, customer, service, entity, actor, action and time, and all of them together."""
    service = ours.dialog.service
    me = ours.caller(Level.PROVIDER)
    await releases.release(at(desk, me), ours.numbers)
    await by_hand(desk)
    since = (await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.actor) == me.subject))[0].at
    criteria = {
        "tenant": {"id": encode("Tenant", ours.channel.id)},
        "customer": {"id": encode("Customer", service.customer_id)},
        "service": {"id": encode("Service", service.id)},
        "entity": encode("Service", service.id),
        "actor": me.subject,
        "action": ["NUMBERS_RELEASED", "NUMBERS_RESTORED"],
        "at": {"since": since.isoformat(), "before": (since + timedelta(microseconds=1)).isoformat()},
    }
    everything = (await ask())["totalCount"]

    counts = {name: (await ask(filter={name: wanted}))["totalCount"] for name, wanted in criteria.items()}
    (event,) = (await ask(filter=criteria))["nodes"]

    # The channel and its customer; the customer's service, location, connection and upload; the service and its end.
    assert counts["tenant"] > counts["customer"] > counts["service"] > counts["entity"] > counts["action"]
    assert everything > counts["tenant"]
    assert (counts["actor"], counts["action"], counts["at"]) == (1, 1, 1)
    assert event["action"] == "NUMBERS_RELEASED"


@pytest.mark.usefixtures("ours")
async def test_pages_come_newest_first_and_each_event_once(ask: Ask) -> None:
    """However many have the same time; the other way round on demand."""
    whole = [event["id"] for event in (await ask(first=100))["nodes"]]
    turned = [event["id"] for event in (await ask(first=100, direction="ASC"))["nodes"]]
    found, after = [], None
    for _ in whole:
        page = await ask(first=3, after=after)
        found += [event["id"] for event in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert found == whole == turned[::-1]
    assert len(set(whole)) == len(whole) > 6
    times = [event["at"] for event in (await ask(first=100))["nodes"]]
    assert times == sorted(times, reverse=True)


async def test_it_outlives_what_it_is_about(desk: Desk, ask: Ask, ours: Family) -> None:
    """The service is gone, and everything that became of it and its uploads is still found by its id."""
    service = ours.dialog.service
    before = (await ask(filter={"service": {"id": encode("Service", service.id)}}))["totalCount"]
    await releases.release(desk, ours.numbers)
    await removal.remove(desk, Name(id=service.id))
    assert await removal.finish(desk, service.id)

    found = await ask(filter={"service": {"id": encode("Service", service.id)}}, first=100)

    assert found["totalCount"] > before
    assert found["nodes"][0]["action"] == "SERVICE_REMOVED"
    assert found["nodes"][0]["entityId"] == encode("Service", service.id)
    assert [event["entity"] for event in found["nodes"]] == [None] * len(found["nodes"])
    assert [event["action"] for event in (await ask(filter={"number": "+12125550101"}))["nodes"]] == [
        "NUMBERS_RELEASED"
    ]


@pytest.mark.parametrize(
    ("actor", "knowing"),
    [
        (Level.SYSTEM, {Level.SYSTEM}),
        (Level.PROVIDER, {Level.SYSTEM, Level.PROVIDER}),
        (Level.CHANNEL, {Level.SYSTEM, Level.PROVIDER, Level.CHANNEL}),
    ],
)
async def test_nobody_is_told_the_name_of_somebody_above(
    desk: Desk, ask: Ask, ours: Family, actor: Level, knowing: set[Level]
) -> None:
    """Only at which level he stands; nor is he found by a name that was guessed. The platform itself has a name."""
    name = f"somebody at {actor.value}"
    await releases.release(at(desk, ours.caller(actor)), ours.numbers)
    told, found = {}, {}
    for viewer in Level:
        (event,) = (await ask(ours.caller(viewer), filter={"action": ["NUMBERS_RELEASED"]}))["nodes"]
        told[viewer] = (event["actor"], event["actorLevel"])
        found[viewer] = (await ask(ours.caller(viewer), filter={"actor": name}))["totalCount"]
        by_itself = (await ask(ours.caller(viewer), filter={"actor": "worker"}))["nodes"]
        assert {(one["actor"], one["actorLevel"]) for one in by_itself} == {("worker", None)}

    assert told == {viewer: (name if viewer in knowing else None, actor.value) for viewer in Level}
    assert found == {viewer: int(viewer in knowing) for viewer in Level}


async def test_each_level_reads_what_is_about_its_own(desk: Desk, ask: Ask, ours: Family) -> None:
    """The platform's own and others' are not there, for lists and counts."""
    theirs = await by_hand(desk)
    await profile(desk)
    foreign = encode("Service", theirs.service.id)
    seen = {}
    for level in (Level.PROVIDER, Level.CHANNEL, Level.CUSTOMER):
        found = await ask(ours.caller(level), first=100)
        assert foreign not in {event["entityId"] for event in found["nodes"]}
        assert found["totalCount"] == len(found["nodes"])
        seen[level] = {event["action"] for event in found["nodes"]}
    everything = await ask(first=100)

    assert seen[Level.PROVIDER] - seen[Level.CUSTOMER] == {"TENANT_CREATED"}
    assert "CALLING_PROFILE_CREATED" in {event["action"] for event in everything["nodes"]} - seen[Level.PROVIDER]


@pytest.mark.parametrize(
    ("viewer", "tenant", "is_told"),
    [
        (Level.SYSTEM, "provider", True),
        (Level.SYSTEM, "channel", True),
        (Level.PROVIDER, "provider", False),
        (Level.PROVIDER, "channel", True),
        (Level.CHANNEL, "channel", False),
    ],
)
async def test_the_tenant_above_is_told_to_whom_sees_it(
    ask: Ask, ours: Family, viewer: Level, tenant: str, *, is_told: bool
) -> None:
    """Nobody learns its id from how his own tenant began; `parent` of the tenant is null for him as well."""
    born = {"provider": ours.provider, "channel": ours.channel}[tenant]
    entity, me = encode("Tenant", born.id), ours.caller(viewer)
    document = "query($id: ID!) { node(id: $id) { ... on Tenant { parent { id } } } }"

    (event,) = (await ask(me, filter={"entity": entity, "action": ["TENANT_CREATED"]}))["nodes"]
    changes = {change["field"]: change["after"] for change in event["changes"]}
    above = (await ask(me, document, id=entity))["parent"]

    assert changes["name"] == born.name
    assert changes.get("parent") == (above and above["id"])
    assert ("parent" in changes) == is_told


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_what_is_somebody_elses_is_found_like_nothing(desk: Desk, ask: Ask, ours: Family, kind: str) -> None:
    """The same answer as to an id that was made up."""
    theirs = await by_hand(desk)
    upload = await judged(desk, theirs, "+12125550199")
    keys = {
        "Tenant": theirs.service.provider_id,
        "Customer": theirs.service.customer_id,
        "Service": theirs.service.id,
        "Location": theirs.location.id,
        "SipConnection": theirs.connection.id,
        "CallingProfile": theirs.connection.calling_profile_id,
        "Upload": upload.id,
    }
    me = ours.caller(Level.PROVIDER)

    foreign = await ask(me, filter={"entity": encode(kind, keys.get(kind, UUID(int=8)))})
    made_up = await ask(me, filter={"entity": encode(kind, uuid4())})

    assert foreign == made_up
    assert foreign["nodes"] == []


@pytest.mark.parametrize("wrong", ["nonsense", encode("AuditEvent", UUID(int=1)), encode("Nothing", UUID(int=1))])
async def test_what_is_no_id_is_not_found(ask: Ask, wrong: str) -> None:
    """As everywhere."""
    assert await ask(filter={"entity": wrong}) == {"codes": ["NOT_FOUND"]}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MONITOR])
async def test_only_admins_read_it(ask: Ask, ours: Family, role: Role) -> None:
    """Not by an id either."""
    me = ours.caller(Level.CHANNEL)
    event = (await ask(me))["nodes"][0]["id"]
    document = "query($id: ID!) { node(id: $id) { __typename } }"

    assert await ask(replace(me, role=role)) == {"codes": ["FORBIDDEN"]}
    assert await ask(me, document, id=event) == {"__typename": "AuditEvent"}
    assert await ask(replace(me, role=role), document, id=event) is None


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"Number", "Drift"}))
def test_a_change_has_the_name_of_a_field(kind: str) -> None:
    """Of every column of whatever is told as a whole; counts of an upload are within `counts`."""
    types = [SCHEMA.type_map[kind], *([SCHEMA.type_map["UploadCounts"]] if kind == "Upload" else [])]
    fields = {name for one in types if isinstance(one, GraphQLObjectType) for name in one.fields}
    owner = set() if kind == "Service" else {"customer_id"}
    columns = set(KINDS[kind].table.model_fields) - owner
    assert {shown(column) for column in columns} - {None} <= fields
