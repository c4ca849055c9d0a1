"""The main job: numbers of an Integrated service go to Control Hub while somebody watches."""

import asyncio
from contextlib import aclosing
from typing import Any

import httpx

from api.demo.consenting import consent, numbers_in_control_hub
from tests.api.conftest import Running
from tests.api.journey import (
    Api,
    Site,
    added,
    block,
    connected,
    ended,
    estate,
    eventually,
    integrated_site,
    invitation,
    locations,
    onboard,
    plain_site,
    started,
    submitted,
)

STATUS = """subscription($services: [ServiceBy!]!, $after: String) {
  serviceStatusChanged(services: $services, after: $after) { previousStatus status at cursor service { id status } }
}"""

PROGRESS = """subscription($upload: UploadBy!, $after: String) {
  uploadProgressed(upload: $upload, after: $after) {
    status at cursor counts { total valid invalid submitted pending added failed withdrawn } upload { id }
  }
}"""

NUMBERS = """query($filter: NumbersFilter) { numbers(filter: $filter, orderBy: NUMBER) { nodes {
  number type webexPhoneType cacValue serviceInfo status syncState syncedAt source problem { code }
  location { name } sipConnection { id } callingProfile { id } service { id } customer { id } upload { id }
} } }"""


async def test_an_integrated_service_goes_from_pending_consent_to_ready(api: Api, running: Running) -> None:
    """Consent, location, upload, sync; a subscriber is told each status, the present one first."""
    owner = await estate(api)
    service = await onboard(api, owner, mode="INTEGRATED")
    block_ = block()

    async with asyncio.timeout(30), aclosing(api.follow(STATUS, services=[{"id": service}])) as changes:
        first = (await anext(changes))["serviceStatusChanged"]
        await consent(await invitation(api, owner.admin), owner.organization)
        second = (await anext(changes))["serviceStatusChanged"]
        location = (await locations(api, service))["New York"]
        await api.make("locationAttach", location={"id": location})
        site = Site(owner, service, location, await connected(api, service, owner.profile))
        upload = await submitted(api, site, f"{block_}001", (f"{block_}010", f"{block_}019"), webexPhoneType="DID")
        third = (await anext(changes))["serviceStatusChanged"]

    assert [_transition(change) for change in (first, second, third)] == [
        (None, "PENDING_CONSENT"),
        ("PENDING_CONSENT", "PENDING_PROVISIONING"),
        ("PENDING_PROVISIONING", "READY"),
    ]
    assert first["service"]["id"] == service
    assert await ended(api, upload) == "COMPLETED"
    expected = {f"{block_}001", *(f"{block_}{number:03}" for number in range(10, 20))}
    assert await numbers_in_control_hub(running.control_hub, owner.organization) == expected


async def test_a_subscriber_that_comes_back_gets_what_it_missed_once_and_in_order(api: Api) -> None:
    """From any cursor on: nothing is left out, nothing comes twice."""
    owner = await estate(api)
    service = await onboard(api, owner, mode="INTEGRATED")
    begun = await _first(api, STATUS, services=[{"id": service}])
    await consent(await invitation(api, owner.admin), owner.organization)
    location = (await locations(api, service))["New York"]
    await api.make("locationAttach", location={"id": location})
    site = Site(owner, service, location, await connected(api, service, owner.profile))
    upload = await submitted(api, site, f"{block()}001", webexPhoneType="DID")
    await ended(api, upload)

    async with (
        asyncio.timeout(10),
        aclosing(api.follow(STATUS, services=[{"id": service}], after=begun["cursor"])) as s,
    ):
        missed = [(await anext(s))["serviceStatusChanged"] for _ in range(2)]
    rest = await _first(api, STATUS, services=[{"id": service}], after=missed[0]["cursor"])

    assert [_transition(change) for change in missed] == [
        ("PENDING_CONSENT", "PENDING_PROVISIONING"),
        ("PENDING_PROVISIONING", "READY"),
    ]
    assert rest == missed[1]


async def test_the_progress_of_an_upload_ends_with_true_counts(api: Api, integrated: Site) -> None:
    """Every status comes in order, the counts only grow, and the last ones add up."""
    upload = await started(api, integrated, webexPhoneType="DID")
    free = block()
    await added(api, upload, (f"{free}000", f"{free}119"), "reception")

    async with asyncio.timeout(30), aclosing(api.follow(PROGRESS, upload={"id": upload})) as steps:
        seen = [(await anext(steps))["uploadProgressed"]]
        await api.make("uploadSubmit", upload={"id": upload})
        async for step in steps:
            seen.append(step["uploadProgressed"])
            if seen[-1]["status"] == "COMPLETED":
                break

    statuses = [step["status"] for step in seen]
    assert list(dict.fromkeys(statuses)) == ["DRAFT", "SUBMITTED", "SYNCING", "COMPLETED"]
    grown = [step["counts"]["added"] for step in seen]
    assert grown == sorted(grown)
    assert seen[-1]["counts"] == {
        "total": 121,
        "valid": 120,
        "invalid": 1,
        "submitted": 120,
        "pending": 0,
        "added": 120,
        "failed": 0,
        "withdrawn": 0,
    }


async def test_a_follower_of_an_upload_gets_each_status_it_missed_once(api: Api, integrated: Site) -> None:
    """Whoever comes back with a cursor after the end is told how it came to the end."""
    upload = await started(api, integrated, webexPhoneType="DID")
    await added(api, upload, f"{block()}001")
    begun = await _first(api, PROGRESS, upload={"id": upload})
    await api.make("uploadSubmit", upload={"id": upload})
    await ended(api, upload)

    async with asyncio.timeout(10), aclosing(api.follow(PROGRESS, upload={"id": upload}, after=begun["cursor"])) as s:
        missed = [(await anext(s))["uploadProgressed"]["status"] for _ in range(3)]

    assert missed == ["SUBMITTED", "SYNCING", "COMPLETED"]


async def test_a_synced_number_says_everything_about_itself(api: Api, integrated: Site) -> None:
    """What was entered in the header stands on the number, with what it leads to."""
    number = f"{block()}001"
    header = {"numberType": "SERVICE", "cacValue": 30, "webexPhoneType": "TOLLFREE", "serviceInfo": "Fax"}
    upload = await submitted(api, integrated, number, **header)
    await ended(api, upload)

    (found,) = (await api.query(NUMBERS, filter={"upload": {"id": upload}}))["numbers"]["nodes"]

    assert found.pop("syncedAt") is not None
    assert found == {
        "number": number,
        "type": "SERVICE",
        "webexPhoneType": "TOLLFREE",
        "cacValue": 30,
        "serviceInfo": "Fax",
        "status": "ACTIVE",
        "syncState": "SYNCED",
        "source": "ENTRY",
        "problem": None,
        "location": {"name": "New York"},
        "sipConnection": {"id": integrated.connection},
        "callingProfile": {"id": integrated.estate.profile},
        "service": {"id": integrated.service},
        "customer": {"id": integrated.estate.customer},
        "upload": {"id": upload},
    }


async def test_a_number_that_control_hub_refuses_is_rejected_and_frees_the_number(
    api: Api, running: Running, http: httpx.AsyncClient, integrated: Site
) -> None:
    """The others go through: the upload is PARTIAL, and the refused number says why."""
    free = block()
    body = {"errors": [{"key": f"{free}002", "message": [{"code": "ERR.V.TRM.TMN60003", "description": "Not yours"}]}]}
    rule = {"method": "POST", "path_contains": "/numbers", "body_contains": f"{free}002", "status": 400, "body": body}
    await http.post(f"{running.simulator}/_faults", json={"rules": [rule]})

    upload = await submitted(api, integrated, (f"{free}001", f"{free}003"), webexPhoneType="DID")
    status = await ended(api, upload)
    await http.delete(f"{running.simulator}/_faults")

    nodes = (await api.query(NUMBERS, filter={"upload": {"id": upload}}))["numbers"]["nodes"]
    assert status == "PARTIAL"
    assert [(node["status"], node["syncState"]) for node in nodes] == [
        ("ACTIVE", "SYNCED"),
        ("REJECTED", "FAILED"),
        ("ACTIVE", "SYNCED"),
    ]
    assert nodes[1]["problem"]["code"]
    assert await ended(api, await submitted(api, integrated, f"{free}002", webexPhoneType="DID")) == "COMPLETED"


async def test_several_services_are_followed_at_once(api: Api) -> None:
    """The present of each comes first, then what happens to any of them."""
    owner = await estate(api)
    quiet, moving = [await plain_site(api, owner) for _ in range(2)]
    both = [{"id": quiet.service}, {"id": moving.service}]

    async with asyncio.timeout(10), aclosing(api.follow(STATUS, services=both)) as changes:
        present = [(await anext(changes))["serviceStatusChanged"] for _ in both]
        await submitted(api, moving, f"{block()}001")
        change = (await anext(changes))["serviceStatusChanged"]

    assert {event["service"]["id"] for event in present} == {quiet.service, moving.service}
    assert (change["service"]["id"], change["status"]) == (moving.service, "READY")


async def test_two_services_of_one_organization_are_both_synced(api: Api, running: Running, unique: str) -> None:
    """Jobs of one organization take turns; each service has the locations for itself."""
    sites = [await integrated_site(api, unique), await integrated_site(api, unique)]
    numbers = [f"{block()}001", f"{block()}001"]

    uploads = [
        await submitted(api, site, number, webexPhoneType="DID") for site, number in zip(sites, numbers, strict=True)
    ]

    assert [await ended(api, upload) for upload in uploads] == ["COMPLETED", "COMPLETED"]
    assert await numbers_in_control_hub(running.control_hub, unique) == set(numbers)
    assert sites[0].location != sites[1].location


async def test_an_upload_says_that_it_waits_because_consent_was_withdrawn(
    api: Api, running: Running, http: httpx.AsyncClient
) -> None:
    """The numbers wait and the service keeps its status, until a new invitation is consented to."""
    site = await integrated_site(api)
    document = "query($by: ServiceBy!) { service(by: $by) { status organizationId } }"
    service = (await api.query(document, by={"id": site.service}))["service"]
    await http.post(f"{running.simulator}/_tokens/revoke", json={"organization": service["organizationId"]})
    upload = await submitted(api, site, f"{block()}001", webexPhoneType="DID")

    async def waiting() -> Any:
        document = "query($by: UploadBy!) { upload(by: $by) { status waiting { code message } counts { pending } } }"
        found = (await api.query(document, by={"id": upload}))["upload"]
        # Its status and why it waits are read one after the other.
        return found if found["waiting"] and found["status"] == "SYNCING" else None

    found = await eventually(waiting)
    assert found["waiting"]["code"] == "CONSENT_WITHDRAWN"
    assert "send a new invitation" in found["waiting"]["message"]
    assert found["counts"] == {"pending": 1}
    assert (await api.query(document, by={"id": site.service}))["service"] == service

    await api.make("invitationResend", service={"id": site.service})
    link = await eventually(lambda: _newest_but(api, site.estate.admin, 1))
    await consent(link, site.estate.organization)
    assert await ended(api, upload) == "COMPLETED"


async def _newest_but(api: Api, admin: str, letters: int) -> str | None:
    """Return the link of the newest invitation once there are more than so many."""
    answer = await api.http.get(f"{api.address}/outbox", params={"to": admin}, headers=api.headers)
    return await invitation(api, admin) if len(answer.json()["letters"]) > letters else None


async def _first(api: Api, document: str, **variables: Any) -> dict[str, Any]:
    async with asyncio.timeout(10), aclosing(api.follow(document, **variables)) as events:
        (found,) = (await anext(events)).values()
    event: dict[str, Any] = found
    return event


def _transition(change: dict[str, Any]) -> tuple[str | None, str]:
    return change["previousStatus"], change["status"]
