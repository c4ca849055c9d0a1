"""Calling profiles and SIP connections."""

from dataclasses import replace
from uuid import uuid4

import pytest

from provisioning.desk import Desk
from provisioning.routing import (
    NewCallingProfile,
    NewSipConnection,
    SbcDevice,
    create_calling_profile,
    create_sip_connection,
)
from store.lookup import Name
from store.scope import Scope
from store.tables import CallingProfile, Service, SipConnection
from store.vocabulary import Level
from tests.arrange import (
    audited,
    connection,
    count,
    customer,
    profile,
    provider,
    refused,
    removing,
    scope_of,
    seen_by,
    service,
)

NEW = NewCallingProfile("Two trunks", "Carrier", "EMEA", (SbcDevice("sbc", ("a", "b")),), ("112",))


@pytest.fixture
async def cloud(desk: Desk) -> Service:
    """A service."""
    return await service(desk, await customer(desk, await provider(desk)))


async def test_a_profile_keeps_its_devices_trunks_and_emergency_strings(desk: Desk) -> None:
    """And its making is on record."""
    made = await create_calling_profile(desk, NEW)
    assert made.sbc_devices == [{"name": "sbc", "trunks": ["a", "b"]}]
    assert made.emergency_strings == ["112"]
    assert await audited(desk, made.id) == ["CALLING_PROFILE_CREATED"]


@pytest.mark.parametrize("devices", [(), (SbcDevice("sbc", ("a",)),), (SbcDevice("one", ()), SbcDevice("two", ("b",)))])
async def test_a_profile_needs_two_trunks(desk: Desk, devices: tuple[SbcDevice, ...]) -> None:
    """On whichever devices; with one there is nothing to fail over to."""
    attempt = create_calling_profile(desk, replace(NEW, sbc_devices=devices))
    assert await refused(desk, attempt) == [("TOO_FEW_TRUNKS", ("sbcDevices",))]


async def test_two_devices_with_a_trunk_each_will_do(desk: Desk) -> None:
    """Trunks count, not devices."""
    made = await create_calling_profile(
        desk, replace(NEW, sbc_devices=(SbcDevice("one", ("a",)), SbcDevice("two", ("b",))))
    )
    assert len(made.sbc_devices) == 2


async def test_all_faults_of_a_profile_come_at_once(desk: Desk) -> None:
    """Each with its path."""
    nonsense = NewCallingProfile("", " ", "x" * 201, (SbcDevice("", ("a",)),))
    assert await refused(desk, create_calling_profile(desk, nonsense)) == [
        ("BLANK", ("name",)),
        ("BLANK", ("carrier",)),
        ("TEXT_TOO_LONG", ("region",)),
        ("BLANK", ("sbcDevices",)),
        ("TOO_FEW_TRUNKS", ("sbcDevices",)),
    ]


async def test_a_profiles_name_is_unique_in_any_case(desk: Desk) -> None:
    """On the whole platform."""
    await create_calling_profile(desk, NEW)
    attempt = create_calling_profile(desk, replace(NEW, name="TWO TRUNKS"))
    assert await refused(desk, attempt) == [("NAME_TAKEN", ("name",))]


async def test_a_connection_belongs_to_its_service(desk: Desk, cloud: Service) -> None:
    """With all its owners, and on record."""
    made = await connection(desk, cloud)
    assert (made.service_id, made.ownership()) == (cloud.id, cloud.ownership())
    assert await audited(desk, made.id) == ["SIP_CONNECTION_CREATED"]


async def test_a_connections_name_is_unique_in_its_service(desk: Desk, cloud: Service) -> None:
    """In any case; another service may use it too."""
    other = await service(desk, await customer(desk, await provider(desk, "Other")))
    await connection(desk, cloud, "Trunk")
    new = NewSipConnection(Name(id=cloud.id), "TRUNK", Name(id=(await profile(desk)).id))
    assert await refused(desk, create_sip_connection(desk, new)) == [("NAME_TAKEN", ("name",))]
    assert (await connection(desk, other, "Trunk")).name == "Trunk"


async def test_what_a_connection_names_has_to_be_there(desk: Desk, cloud: Service) -> None:
    """The service in sight, the profile at all, the name not blank."""
    routed = (await profile(desk)).id
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    named = NewSipConnection(Name(id=cloud.id, path=("service",)), "Trunk", Name(id=routed))
    nowhere = Name(id=uuid4(), path=("callingProfileId",))
    no_profile, no_name = replace(named, calling_profile=nowhere), replace(named, name=" ")
    assert await refused(desk, create_sip_connection(stranger, named)) == [("NOT_FOUND", ("service",))]
    assert await refused(desk, create_sip_connection(desk, no_profile)) == [("NOT_FOUND", ("callingProfileId",))]
    assert await refused(desk, create_sip_connection(desk, no_name)) == [("BLANK", ("name",))]


async def test_a_calling_profile_can_be_called_by_its_name(desk: Desk, cloud: Service) -> None:
    """Whoever asks: profiles belong to the platform."""
    routed = await profile(desk)
    operator = seen_by(desk, Scope(Level.PROVIDER, cloud.provider_id, "tester"))
    named = NewSipConnection(Name(id=cloud.id), "Trunk", Name(called=routed.name.upper()))
    assert (await create_sip_connection(operator, named)).calling_profile_id == routed.id
    unknown = replace(named, calling_profile=Name(called="nobody", path=("callingProfile",)))
    assert await refused(desk, create_sip_connection(operator, unknown)) == [("NOT_FOUND", ("callingProfile",))]


async def test_a_service_in_removal_gets_no_connection(desk: Desk, cloud: Service) -> None:
    """Nothing is added to it any more."""
    new = NewSipConnection(Name(id=cloud.id), "Trunk", Name(id=(await profile(desk)).id))
    await removing(desk, cloud)
    assert await refused(desk, create_sip_connection(desk, new)) == [("SERVICE_REMOVING", ("service",))]


async def test_repeated_requests_make_nothing_new(desk: Desk, cloud: Service) -> None:
    """With the same key."""
    profiles = [await create_calling_profile(desk, NEW, "key") for _ in range(2)]
    new = NewSipConnection(Name(id=cloud.id), "Trunk", Name(id=profiles[0].id))
    connections = [await create_sip_connection(desk, new, "key") for _ in range(2)]
    assert (profiles[0].id, connections[0].id) == (profiles[1].id, connections[1].id)
    assert (await count(desk, CallingProfile), await count(desk, SipConnection)) == (1, 1)
