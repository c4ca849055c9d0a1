"""Locations: by hand, from Control Hub, and attached."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from controlhub.errors import HubUnanswered
from provisioning.consent import access_token
from provisioning.desk import Desk
from provisioning.locations import NewLocation, attach, create, refresh, request_refresh
from store.lookup import Name, one
from store.tables import AuditEvent, Location, Service
from store.vocabulary import LocationSource, PstnConnection, ServiceMode
from tests import arrange
from tests.arrange import (
    Hubside,
    at,
    audited,
    blocked,
    consented,
    count,
    customer,
    fetch,
    jobs,
    provider,
    refused,
    removing,
    scope_of,
    seen_by,
    service,
)


@pytest.fixture
async def by_hand(desk: Desk) -> Service:
    """A Non-Integrated service."""
    return await service(desk, await customer(desk, await provider(desk)))


def new(of: Service, **changes: Any) -> NewLocation:
    """Fill in the form."""
    return replace(NewLocation(Name(id=of.id), "Milan", "IT"), **changes)


async def test_the_calling_code_follows_from_the_country(desk: Desk, by_hand: Service) -> None:
    """Italy: 39; small letters do as well."""
    made = await create(desk, new(by_hand, country="it"))
    assert (made.country, made.calling_code, made.source) == ("IT", "39", LocationSource.MANUAL)
    assert (made.ownership(), made.attached_at) == (by_hand.ownership(), None)
    assert await audited(desk, made.id) == ["LOCATION_CREATED"]


@pytest.mark.parametrize("code", ["39", "+39"])
async def test_the_right_calling_code_may_be_given(desk: Desk, by_hand: Service, code: str) -> None:
    """With or without the plus."""
    assert (await create(desk, new(by_hand, calling_code=code))).calling_code == "39"


async def test_a_wrong_calling_code_or_country_is_refused(desk: Desk, by_hand: Service) -> None:
    """Each at its field; an unknown country has no code to compare with."""
    assert await refused(desk, create(desk, new(by_hand, calling_code="1"))) == [
        ("CALLING_CODE_MISMATCH", ("callingCode",))
    ]
    assert await refused(desk, create(desk, new(by_hand, country="XX", calling_code="1"))) == [
        ("COUNTRY_UNKNOWN", ("country",))
    ]
    assert await refused(desk, create(desk, new(by_hand, name=" ", reference="", country="Italy"))) == [
        ("BLANK", ("name",)),
        ("BLANK", ("reference",)),
        ("COUNTRY_UNKNOWN", ("country",)),
    ]


async def test_name_and_reference_are_unique_in_the_service(desk: Desk, by_hand: Service) -> None:
    """The name in any case."""
    await create(desk, new(by_hand, reference="L-1"))
    assert await refused(desk, create(desk, new(by_hand, name="MILAN"))) == [("NAME_TAKEN", ("name",))]
    assert await refused(desk, create(desk, new(by_hand, name="Rome", reference="L-1"))) == [
        ("NAME_TAKEN", ("reference",))
    ]


async def test_locations_of_an_integrated_service_are_not_entered_by_hand(desk: Desk) -> None:
    """Control Hub has them."""
    integrated = await service(desk, await customer(desk, await provider(desk)), ServiceMode.INTEGRATED)
    assert await refused(desk, create(desk, new(integrated))) == [("NON_INTEGRATED_ONLY", ("service",))]


async def test_a_service_out_of_sight_or_in_removal_gets_no_location(desk: Desk, by_hand: Service) -> None:
    """Nor has one attached."""
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    named = new(by_hand, service=Name(id=by_hand.id, path=("service",)))
    made = await create(desk, named)
    assert await refused(desk, create(stranger, replace(named, name="Rome"))) == [("NOT_FOUND", ("service",))]
    assert await refused(desk, attach(stranger, Name(id=made.id, path=("location",)))) == [("NOT_FOUND", ("location",))]
    await removing(desk, by_hand)
    assert await refused(desk, create(desk, replace(named, name="Rome"))) == [("SERVICE_REMOVING", ("service",))]
    assert await refused(desk, attach(desk, Name(id=made.id))) == [("SERVICE_REMOVING", ("location",))]


async def test_a_repeated_request_makes_one_location(desk: Desk, by_hand: Service) -> None:
    """With the same key."""
    made = [await create(desk, new(by_hand), "key") for _ in range(2)]
    assert made[0].id == made[1].id
    assert await count(desk, Location) == 1


async def test_attaching_twice_changes_nothing_the_second_time(desk: Desk, by_hand: Service) -> None:
    """Neither the time nor the trail."""
    made = await create(desk, new(by_hand))
    first = await attach(desk, Name(id=made.id))
    second = await attach(at(desk, desk.clock() + timedelta(hours=1)), Name(id=made.id))
    assert (first.attached_at, second.attached_at) == (desk.clock(), desk.clock())
    assert (await fetch(desk, by_hand)).last_modified_at == desk.clock()
    assert await audited(desk, made.id) == ["LOCATION_CREATED", "LOCATION_ATTACHED"]


async def test_a_location_can_be_called_by_its_name_in_its_service(desk: Desk, by_hand: Service) -> None:
    """For whoever sees the service: what Control Hub has carries no reference of the caller's."""
    elsewhere = await service(desk, await customer(desk, await provider(desk, "Other")))
    made, _ = await create(desk, new(by_hand)), await create(desk, new(elsewhere))
    named = Name(called=made.name.upper(), service=Name(id=by_hand.id), path=("location",))
    assert (await attach(desk, named)).id == made.id
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    assert await refused(stranger, attach(stranger, named)) == [("NOT_FOUND", ("location",))]
    assert await refused(desk, attach(desk, replace(named, called="Nowhere"))) == [("NOT_FOUND", ("location",))]


async def test_attaching_does_not_stand_in_each_others_way_with_a_refresh(desk: Desk, by_hand: Service) -> None:
    """Both lock the service first: one waits for the other, and neither has to give up."""
    made = await create(desk, new(by_hand))
    async with desk.begin() as transaction:
        await one(transaction, Service, Name(id=by_hand.id), lock=True)
        attaching = asyncio.create_task(attach(desk, Name(id=made.id)))
        await blocked(desk)
        await transaction.session.execute(update(Location).values(name="Milano"))
    attached = await attaching
    assert (attached.name, attached.attached_at) == ("Milano", desk.clock())


async def test_a_refresh_brings_every_location_with_its_connection(desk: Desk, side: Hubside) -> None:
    """Country, calling code, PSTN connection and main number; none is attached by itself."""
    dialog = await consented(desk, side)
    found = await arrange.refresh(desk, side, dialog.service)
    milan = found["Milan"]
    assert {name: (row.country, row.calling_code, row.pstn_connection) for name, row in found.items()} == {
        "Milan": ("IT", "39", PstnConnection.LOCAL_GATEWAY),
        "New York": ("US", "1", PstnConnection.LOCAL_GATEWAY),
        "Munich": ("DE", "49", PstnConnection.NON_INTEGRATED_CCP),
        "London": ("GB", "44", PstnConnection.CISCO_PSTN),
        "Paris": ("FR", "33", PstnConnection.INTEGRATED_CCP),
    }
    assert (milan.main_number or "").startswith("+39")
    assert [name for name, row in found.items() if row.attached_at] == ["New York"]
    assert (await fetch(desk, dialog.service)).locations_refreshed_at == desk.clock()
    assert "LOCATIONS_REFRESHED" in await audited(desk, dialog.service.id)


async def test_a_location_that_is_gone_is_missing_until_it_is_back(desk: Desk, side: Hubside) -> None:
    """It keeps the time since when; numbers may still hang on it."""
    dialog = await consented(desk, side)
    vanished = Location(
        service_id=dialog.service.id,
        source=LocationSource.CONTROL_HUB,
        name="Closed",
        country="US",
        calling_code="1",
        hub_id="gone",
        pstn_connection=PstnConnection.LOCAL_GATEWAY,
        **dialog.service.ownership(),
    )
    await arrange.put(desk, vanished)
    found = await arrange.refresh(desk, side, dialog.service)
    later = await arrange.refresh(at(desk, desk.clock() + timedelta(hours=1)), side, dialog.service)
    assert (found["Closed"].missing_since, later["Closed"].missing_since) == (desk.clock(), desk.clock())
    assert later["Milan"].missing_since is None
    trail = await arrange.rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "LOCATIONS_REFRESHED")
    assert [event.after["missing"] for event in trail] == [[], ["Closed"], []]
    assert "Milan" in trail[0].after["added"]
    assert await refused(desk, attach(desk, Name(id=vanished.id))) == [("LOCATION_MISSING", ("location",))]


async def test_a_location_that_is_back_is_no_longer_missing(desk: Desk, side: Hubside) -> None:
    """The next refresh finds it."""
    dialog = await consented(desk, side)
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Location).values(missing_since=desk.clock(), name="Old name"))
    found = await arrange.refresh(desk, side, dialog.service)
    assert found["New York"].missing_since is None
    assert found["New York"].id == dialog.location.id


@pytest.mark.parametrize(("site", "connection"), [("London", "CISCO_PSTN"), ("Paris", "INTEGRATED_CCP")])
async def test_a_location_whose_numbers_others_own_is_not_attached(
    desk: Desk, side: Hubside, site: str, connection: str
) -> None:
    """On those the call would damage data; the message says which connection it is."""
    dialog = await consented(desk, side)
    found = await arrange.refresh(desk, side, dialog.service)
    with pytest.raises(Exception, match=connection):
        await attach(desk, Name(id=found[site].id))
    assert await refused(desk, attach(desk, Name(id=found[site].id))) == [("PSTN_CONNECTION_UNFIT", ("location",))]


async def test_a_location_without_a_country_or_connection_is_not_attached(
    desk: Desk, side: Hubside, control_hub: Any
) -> None:
    """What Control Hub does not say, or says in a word nobody knows, cannot be relied upon."""
    dialog = await consented(desk, side)
    hub_id = (await arrange.refresh(desk, side, dialog.service))["Milan"].hub_id
    await control_hub.fail(
        {"path_contains": "/v1/locations", "status": 200, "body": {"items": [{"id": hub_id, "name": "Milan"}]}}
    )
    nowhere = await arrange.refresh(desk, side, dialog.service)
    await control_hub.fail(
        {"path_contains": "/connection", "status": 200, "body": {"pstnConnectionType": "CARRIER_PIGEON"}}
    )
    unheard = await arrange.refresh(desk, side, dialog.service)
    assert (nowhere["Milan"].country, nowhere["Milan"].calling_code) == ("", "")
    assert unheard["Milan"].pstn_connection is PstnConnection.NOT_SET
    assert await refused(desk, attach(desk, Name(id=unheard["Milan"].id))) == [("PSTN_CONNECTION_UNFIT", ("location",))]
    async with desk.begin() as transaction:
        blank = update(Location).where(col(Location.id) == unheard["Milan"].id).values(country="", calling_code="")
        await transaction.session.execute(blank)
    assert await refused(desk, attach(desk, Name(id=unheard["Milan"].id))) == [
        ("LOCATION_COUNTRY_UNKNOWN", ("location",))
    ]


async def test_a_refresh_that_fails_half_way_changes_nothing(desk: Desk, side: Hubside, control_hub: Any) -> None:
    """Control Hub does not answer for one of the locations."""
    dialog = await consented(desk, side)
    token = await access_token(desk, side.hub, side.vault, dialog.service.id)
    before = await arrange.everything(desk)
    await control_hub.fail({"path_contains": "/connection", "status": 503})
    with pytest.raises(HubUnanswered):
        await refresh(at(desk, desk.clock() + timedelta(hours=1)), side.hub, token, dialog.service.id)
    assert await arrange.everything(desk) == before
    assert (await fetch(desk, dialog.service)).locations_refreshed_at == desk.clock()


async def test_a_refresh_can_be_asked_for_after_consent(desk: Desk, side: Hubside) -> None:
    """By a job under the lock of the organization."""
    dialog = await consented(desk, side)
    asked = await request_refresh(desk, Name(id=dialog.service.id))
    assert (await jobs(desk))[-1] == ("refresh_locations", f"organization:{asked.organization_id}", None)


async def test_a_refresh_is_refused_where_there_is_nothing_to_ask(desk: Desk, by_hand: Service) -> None:
    """Without a connection to Control Hub, before consent, and while the service is being removed."""
    owner = await customer(desk, await provider(desk, "Other"))
    waiting = await service(desk, owner, ServiceMode.INTEGRATED)
    leaving = await service(desk, owner, ServiceMode.INTEGRATED, name="Leaving")
    await removing(desk, leaving)
    attempts = [request_refresh(desk, Name(id=of.id)) for of in (by_hand, waiting, leaving)]
    assert [await refused(desk, attempt) for attempt in attempts] == [
        [("INTEGRATED_ONLY", ("service",))],
        [("CONSENT_MISSING", ("service",))],
        [("SERVICE_REMOVING", ("service",))],
    ]
