"""Releasing, restoring and reclaiming numbers, and removing services, by the public API."""

import asyncio
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from api.demo.consenting import numbers_in_control_hub
from store.vocabulary import Level, Role
from tests.api.conftest import Running
from tests.api.journey import (
    Api,
    Site,
    block,
    ended,
    estate,
    eventually,
    integrated_site,
    mutation,
    plain_site,
    submitted,
)

NUMBERS = """query($service: ID!) { numbers(filter: { service: {id: $service} }, orderBy: NUMBER) { nodes {
  number status syncState coolingUntil releasedAt problem { code }
} } }"""

STATUS = """subscription($s: [ServiceBy!]!, $after: String) { serviceStatusChanged(services: $s, after: $after) {
  cursor serviceId previousStatus status service { id }
} }"""

REMOVAL = "query($by: ServiceBy!) { service(by: $by) { status removal { numbersLeft numbersKept problem } } }"

RELEASE = """mutation($input: NumbersReleaseInput!) { numbersRelease(input: $input) {
  released leaving service { status } userErrors { code path }
} }"""

RESTORE = """mutation($input: NumbersRestoreInput!) { numbersRestore(input: $input) {
  restored service { status } userErrors { code path }
} }"""

RECLAIM = """mutation($input: NumbersReclaimInput!) { numbersReclaim(input: $input) {
  reclaimed { numbers leaving service { id } } userErrors { code path }
} }"""


def listed(site: Site, *numbers: str) -> dict[str, Any]:
    """Name numbers of a service."""
    return {"listed": {"service": {"id": site.service}, "entries": [{"single": number} for number in numbers]}}


async def numbers_of(api: Api, site: Site) -> list[dict[str, Any]]:
    """Return the numbers of a service, ascending."""
    found: list[dict[str, Any]] = (await api.query(NUMBERS, service=site.service))["numbers"]["nodes"]
    return found


async def in_status(api: Api, site: Site, number: str, status: str) -> dict[str, Any]:
    """Return a number of a service once it has come to a status."""

    async def ask() -> dict[str, Any] | None:
        found = await numbers_of(api, site)
        return next((each for each in found if (each["number"], each["status"]) == (number, status)), None)

    found = await eventually(ask)
    assert found is not None
    return found


async def is_gone(api: Api, site: Site) -> bool:
    """Return whether the service is no longer there."""
    found = await api.query("query($by: ServiceBy!) { service(by: $by) { id } }", by={"id": site.service})
    return found["service"] is None


async def uploaded(api: Api, site: Site, *numbers: str) -> str:
    """Upload numbers to an Integrated service and wait for the end."""
    upload = await submitted(api, site, *numbers, webexPhoneType="DID")
    assert await ended(api, upload) == "COMPLETED"
    return upload


async def test_a_number_is_released_and_comes_back_while_it_cools(api: Api, running: Running) -> None:
    """Off Control Hub and on it again; the service goes and comes with its last number."""
    site, number = await integrated_site(api), f"{block()}001"
    await uploaded(api, site, number)
    released = (await api.query(RELEASE, input={"numbers": listed(site, number)}))["numbersRelease"]
    cooling = await in_status(api, site, number, "COOLING")
    off = await numbers_in_control_hub(running.control_hub, site.estate.organization)
    twice = (await api.query(RELEASE, input={"numbers": listed(site, number)}))["numbersRelease"]
    restored = (await api.query(RESTORE, input={"numbers": listed(site, number)}))["numbersRestore"]

    async def back() -> bool:
        (found,) = await numbers_of(api, site)
        return bool(found["syncState"] == "SYNCED")

    assert (released["released"], released["leaving"], released["userErrors"]) == (1, 1, [])
    assert cooling["coolingUntil"] is not None
    assert number not in off
    assert [error["code"] for error in twice["userErrors"]] == ["NUMBER_COOLING"]
    assert restored == {"restored": 1, "service": {"status": "PENDING_PROVISIONING"}, "userErrors": []}
    assert await eventually(back)
    assert number in await numbers_in_control_hub(running.control_hub, site.estate.organization)
    assert (await numbers_of(api, site))[0]["coolingUntil"] is None


async def test_what_control_hub_keeps_is_active_again_with_the_reason(
    api: Api, http: httpx.AsyncClient, running: Running
) -> None:
    """Assigned there meanwhile: nobody here knew."""
    site, number = await integrated_site(api), f"{block()}001"
    await uploaded(api, site, number)
    (await http.post(f"{running.simulator}/_numbers/assign", json={"numbers": [number]})).raise_for_status()
    await api.query(RELEASE, input={"numbers": listed(site, number)})

    async def kept() -> dict[str, Any] | None:
        (found,) = await numbers_of(api, site)
        return found if found["problem"] else None

    found = await eventually(kept)
    assert found is not None
    assert (found["status"], found["syncState"], found["problem"]) == ("ACTIVE", "FAILED", {"code": "25002"})


async def removed(api: Api, site: Site) -> list[dict[str, Any]]:
    """Follow a service from its removal to its end; return the events after the present."""
    async with asyncio.timeout(30), aclosing(api.follow(STATUS, s=[{"id": site.service}])) as events:
        seen = [(await anext(events))["serviceStatusChanged"]]
        made = await api.make("serviceRemove", "status", service={"id": site.service})
        assert made == {"status": "REMOVING"}
        seen += [event["serviceStatusChanged"] async for event in events]
    return seen


async def test_a_removed_service_is_followed_to_its_end(api: Api, running: Running) -> None:
    """Its numbers leave Control Hub; the last event has no status and no service, and the subscription completes."""
    site, number = await integrated_site(api), f"{block()}001"
    await uploaded(api, site, number)

    seen = await removed(api, site)

    assert [event["status"] for event in seen] == ["READY", "REMOVING", None]
    assert (seen[-1]["serviceId"], seen[-1]["service"], seen[-1]["previousStatus"]) == (site.service, None, "REMOVING")
    assert number not in await numbers_in_control_hub(running.control_hub, site.estate.organization)
    assert await is_gone(api, site)
    assert await ended(api, await submitted(api, await plain_site(api), number)) == "COMPLETED"


async def test_who_comes_back_to_a_service_that_is_gone_hears_of_its_end(api: Api, running: Running) -> None:
    """Once; and only where the service was in its scope."""
    site = await plain_site(api)
    seen = await removed(api, site)
    stranger = api.as_(running.token(Level.PROVIDER, bound_to=(await estate(api)).provider))

    async def told(caller: Api, after: str | None) -> list[str | None]:
        events = caller.follow(STATUS, s=[{"id": site.service}], after=after)
        async with asyncio.timeout(30), aclosing(events):
            return [event["serviceStatusChanged"]["status"] async for event in events]

    assert await told(api, seen[0]["cursor"]) == ["REMOVING", None]
    assert await told(api, seen[-2]["cursor"]) == [None]
    assert await told(api, seen[-1]["cursor"]) == []
    for caller, after in ((api, None), (stranger, seen[0]["cursor"])):
        with pytest.raises(Exception, match=r"NOT_FOUND|There is no such"):
            await told(caller, after)


async def test_a_follower_of_an_upload_hears_that_it_is_over_with_its_service(api: Api) -> None:
    """The subscription completes."""
    site = await plain_site(api)
    upload = await submitted(api, site, f"{block()}001")
    document = "subscription($by: UploadBy!) { uploadProgressed(upload: $by) { status } }"
    async with asyncio.timeout(30), aclosing(api.follow(document, by={"id": upload})) as steps:
        seen = [(await anext(steps))["uploadProgressed"]["status"]]
        await api.make("serviceRemove", "status", service={"id": site.service})
        seen += [step["uploadProgressed"]["status"] async for step in steps]
    assert seen == ["COMPLETED"]


async def test_what_control_hub_keeps_holds_a_removal_up(api: Api, http: httpx.AsyncClient, running: Running) -> None:
    """It says so; mended there and asked again, the service goes."""
    site, number = await integrated_site(api), f"{block()}001"
    await uploaded(api, site, number)
    await http.post(f"{running.simulator}/_numbers/assign", json={"numbers": [number]})
    await api.make("serviceRemove", "status", service={"id": site.service})

    async def held_up() -> dict[str, Any] | None:
        found: dict[str, Any] = (await api.query(REMOVAL, by={"id": site.service}))["service"]
        return found if found["removal"]["numbersKept"] else None

    found = await eventually(held_up)
    await http.post(f"{running.simulator}/_numbers/unassign", json={"numbers": [number]})
    await api.make("serviceRemove", "status", service={"id": site.service})

    assert found is not None
    assert (found["status"], found["removal"]["numbersLeft"]) == ("REMOVING", 1)
    assert found["removal"]["problem"].startswith(number)
    assert await eventually(lambda: is_gone(api, site))


async def test_force_is_for_an_admin_once_the_consent_is_gone(api: Api, running: Running) -> None:
    """What is left at Control Hub stays there."""
    site, number = await integrated_site(api), f"{block()}001"
    await uploaded(api, site, number)
    operator = api.as_(running.token(Level.CHANNEL, Role.OPERATOR, site.estate.channel))
    admin = api.as_(running.token(Level.CHANNEL, Role.ADMIN, site.estate.channel))
    given = {"service": {"id": site.service}, "force": True}

    forbidden = await operator.codes(mutation("serviceRemove"), input=given)
    in_force = await admin.refusals("serviceRemove", **given)
    await admin.make("consentGiveUp", service={"id": site.service})
    document = "mutation($input: ServiceRemoveInput!) { serviceRemove(input: $input) { removed userErrors { code } } }"
    done = await admin.query(document, input=given)

    assert (forbidden, in_force) == (["FORBIDDEN"], [("CONSENT_IN_FORCE", ("force",))])
    assert done == {"serviceRemove": {"removed": True, "userErrors": []}}
    assert await is_gone(api, site)
    assert number in await numbers_in_control_hub(running.control_hub, site.estate.organization)


async def test_an_operator_removes_a_service(api: Api, running: Running) -> None:
    """Without force."""
    site = await plain_site(api)
    operator = api.as_(running.token(Level.CHANNEL, Role.OPERATOR, site.estate.channel))
    await operator.make("serviceRemove", "status", service={"id": site.service})
    assert await eventually(lambda: is_gone(api, site))


async def test_the_operator_of_the_platform_has_numbers_back(api: Api, running: Running) -> None:
    """Off Control Hub and free; nobody else may."""
    site, number = await integrated_site(api), f"{block()}001"
    await uploaded(api, site, number)
    given = {"numbers": [{"single": number}], "reason": "ported away"}
    provider = api.as_(running.token(Level.PROVIDER, Role.ADMIN, site.estate.provider))

    forbidden = await provider.codes(RECLAIM, input=given)
    done = (await api.query(RECLAIM, input=given))["numbersReclaim"]
    free = await in_status(api, site, number, "RELEASED")
    again = (await api.query(RECLAIM, input=given))["numbersReclaim"]

    assert forbidden == ["FORBIDDEN"]
    assert done == {"reclaimed": [{"numbers": 1, "leaving": 1, "service": {"id": site.service}}], "userErrors": []}
    assert free["releasedAt"] is not None
    assert again["userErrors"] == [{"code": "NOTHING_TO_CHANGE", "path": ["input", "numbers"]}]
    assert number not in await numbers_in_control_hub(running.control_hub, site.estate.organization)
