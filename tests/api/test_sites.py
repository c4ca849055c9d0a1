"""Locations and SIP connections that are changed, and those that have had their day."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from schema.ids import encode
from tests.api.journey import Api, Refusal, Site, block, connected, locations, plain_site, started, submitted

CONNECTION = "query($id: ID!) { node(id: $id) { ... on SipConnection { name deletedAt callingProfile { id } } } }"
OF_UPLOAD = "query($by: UploadBy!) { upload(by: $by) { sipConnection { name deletedAt } } }"
LISTED = "query($by: ServiceBy!) { service(by: $by) { sipConnections { totalCount nodes { name } } } }"


@pytest.fixture
async def site(api: Api) -> Site:
    """A Non-Integrated service of this test's own."""
    return await plain_site(api)


async def test_locations_arrive_by_themselves_after_consent(api: Api, integrated: Site) -> None:
    """With country, PSTN connection and main number; nobody has asked for a refresh."""
    document = (
        "query($by: ServiceBy!) { service(by: $by) { locations { nodes { name country pstnConnection mainNumber } } } }"
    )
    assert await locations(api, integrated.service)
    found = (await api.query(document, by={"id": integrated.service}))["service"]["locations"]["nodes"]
    by_name = {location["name"]: location for location in found}
    assert (by_name["Milan"]["country"], by_name["Milan"]["pstnConnection"]) == ("IT", "LOCAL_GATEWAY")
    assert by_name["Milan"]["mainNumber"].startswith("+39")
    assert by_name["London"]["pstnConnection"] == "CISCO_PSTN"


async def test_a_location_is_detached_and_attached_again(api: Api, site: Site) -> None:
    """Twice is once."""
    location = {"id": site.location}
    for _ in range(2):
        assert await api.make("locationDetach", "attachedAt", location=location) == {"attachedAt": None}
    assert (await api.make("locationAttach", "attachedAt", location=location))["attachedAt"]


async def test_a_connection_is_changed_and_deleted(api: Api, site: Site) -> None:
    """Its name and profile; deleted, it is listed no more and can still be looked at."""
    other = await api.make(
        "callingProfileCreate",
        name=f"Profile {uuid4()}",
        carrier="c",
        region="r",
        sbcDevices=[{"name": "sbc", "trunks": ["a", "b"]}],
    )
    spare = await connected(api, site.service, site.estate.profile, "spare")
    changed = {"sipConnectionId": spare, "name": "rerouted", "callingProfileId": other}
    assert await api.make("sipConnectionUpdate", "name", **changed) == {"name": "rerouted"}
    for _ in range(2):
        assert (await api.make("sipConnectionDelete", "deletedAt", sipConnectionId=spare))["deletedAt"]
    node = (await api.query(CONNECTION, id=spare))["node"]
    assert (node["name"], bool(node["deletedAt"]), node["callingProfile"]["id"]) == ("rerouted", True, other)
    listed = (await api.query(LISTED, by={"id": site.service}))["service"]["sipConnections"]
    assert listed == {"totalCount": 1, "nodes": [{"name": "pstn"}]}


async def test_an_upload_still_shows_a_connection_that_was_deleted(api: Api, site: Site) -> None:
    """It was cancelled; what it named is no secret."""
    upload = await started(api, site)
    await api.make("uploadCancel", upload={"id": upload})
    await api.make("sipConnectionDelete", sipConnectionId=site.connection)
    shown = (await api.query(OF_UPLOAD, by={"id": upload}))["upload"]["sipConnection"]
    assert (shown["name"], bool(shown["deletedAt"])) == ("pstn", True)


async def test_what_is_in_use_stays(api: Api, site: Site) -> None:
    """A location and a SIP connection with numbers."""
    await submitted(api, site, f"{block()}001")
    assert await api.refusals("locationDetach", location={"id": site.location}) == [("LOCATION_IN_USE", ("location",))]
    assert await api.refusals("sipConnectionDelete", sipConnectionId=site.connection) == [
        ("SIP_CONNECTION_IN_USE", ("sipConnectionId",))
    ]


Given = Callable[[Site], dict[str, Any]]


def _made_up(kind: str) -> str:
    return encode(kind, uuid4())


REFUSED: list[tuple[str, Given, list[Refusal]]] = [
    ("locationDetach", lambda _: {"location": {"id": _made_up("Location")}}, [("NOT_FOUND", ("location",))]),
    (
        "sipConnectionDelete",
        lambda _: {"sipConnectionId": _made_up("SipConnection")},
        [("NOT_FOUND", ("sipConnectionId",))],
    ),
    ("sipConnectionUpdate", lambda s: {"sipConnectionId": s.connection, "name": " "}, [("BLANK", ("name",))]),
    (
        "sipConnectionUpdate",
        lambda _: {"sipConnectionId": _made_up("SipConnection"), "name": "n"},
        [("NOT_FOUND", ("sipConnectionId",))],
    ),
    (
        "sipConnectionUpdate",
        lambda s: {"sipConnectionId": s.connection, "callingProfileId": _made_up("CallingProfile")},
        [("NOT_FOUND", ("callingProfileId",))],
    ),
]


@pytest.mark.parametrize(("field", "given", "expected"), REFUSED)
async def test_a_change_is_refused(api: Api, site: Site, field: str, given: Given, expected: list[Refusal]) -> None:
    """Names, profiles, and what is not there."""
    assert await api.refusals(field, **given(site)) == expected
