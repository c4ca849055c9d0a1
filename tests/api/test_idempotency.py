"""Requests that are sent twice, because the first answer got lost."""

import asyncio
from typing import Any

import pytest

from tests.api.journey import Api, Refusal, Site, block, mutation, refusals, started


@pytest.fixture
def given(site: Site, unique: str) -> dict[str, dict[str, Any]]:
    """An input for every mutation that takes a key."""
    owner, service = site.estate, {"id": site.service}
    devices = [{"name": "sbc", "trunks": ["a", "b"]}]
    kind = {"kind": "CX", "mode": "NON_INTEGRATED"}
    return {
        "tenantCreate": {"kind": "SERVICE_PROVIDER", "name": unique},
        "callingProfileCreate": {"name": unique, "carrier": "c", "region": "r", "sbcDevices": devices},
        "customerCreate": {"tenantId": owner.channel, "name": unique, "fullName": "n", "adminEmail": "a@b.example"},
        "serviceOnboard": {"customer": {"id": owner.customer}, "name": unique, **kind},
        "locationCreate": {"service": service, "name": unique, "country": "US"},
        "sipConnectionCreate": {"service": service, "name": unique, "callingProfileId": owner.profile},
        "uploadStart": site.header(serviceInfo=unique),
    }


FIELDS = [
    "tenantCreate",
    "callingProfileCreate",
    "customerCreate",
    "serviceOnboard",
    "locationCreate",
    "sipConnectionCreate",
    "uploadStart",
]

OTHER: dict[str, dict[str, Any]] = {
    "tenantCreate": {"name": "other"},
    "callingProfileCreate": {"region": "other"},
    "customerCreate": {"fullName": "other"},
    "serviceOnboard": {"reference": "other"},
    "locationCreate": {"country": "IT"},
    "sipConnectionCreate": {"name": "other"},
    "uploadStart": {"serviceInfo": "other"},
}


@pytest.mark.parametrize("field", FIELDS)
async def test_the_same_request_answers_the_same_and_does_nothing(
    api: Api, given: dict[str, dict[str, Any]], unique: str, field: str
) -> None:
    """The second one gets the first one's answer, byte for byte."""
    request = {**given[field], "idempotencyKey": unique}

    first = await api.post(mutation(field), input=request)
    second = await api.post(mutation(field), input=request)

    assert first.json()["data"][field]["userErrors"] == []
    assert second.content == first.content


@pytest.mark.parametrize("field", FIELDS)
async def test_the_same_key_with_another_request_is_refused(
    api: Api, given: dict[str, dict[str, Any]], unique: str, field: str
) -> None:
    """Otherwise the second request would be lost without a word."""
    request = {**given[field], "idempotencyKey": unique}
    await api.make(field, **request)

    refused: list[Refusal] = await api.refusals(field, **{**request, **OTHER[field]})

    assert refused == [("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))]


async def test_requests_with_one_key_that_run_at_once_make_one_thing(api: Api, unique: str) -> None:
    """One waits for the other and gets its answer."""
    request = {"kind": "SERVICE_PROVIDER", "name": unique, "idempotencyKey": unique}

    made = await asyncio.gather(*(api.make("tenantCreate", **request) for _ in range(5)))

    assert len(set(made)) == 1


async def test_a_refused_request_does_not_use_its_key_up(api: Api, site: Site, unique: str) -> None:
    """Once it is mended it goes through with the same key."""
    bad = site.header(numberType="SERVICE", idempotencyKey=unique)
    assert await api.refusals("uploadStart", **bad) == [("CAC_REQUIRED", ("cacValue",))]

    assert await api.make("uploadStart", **{**bad, "cacValue": 5})


async def test_numbers_are_appended_once(api: Api, site: Site, unique: str) -> None:
    """A range that is sent twice is there once."""
    upload, free = await started(api, site), block()
    entries = [{"range": {"first": f"{free}000", "last": f"{free}009"}}]
    request = {"upload": {"id": upload}, "entries": entries, "idempotencyKey": unique}

    for _ in range(2):
        await api.make("uploadAddNumbers", **request)
    other = await api.refusals("uploadAddNumbers", **{**request, "entries": [{"single": f"{free}001"}]})

    assert await _entries(api, upload) == 1
    assert other == [("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))]


async def test_a_file_is_appended_once(api: Api, site: Site, unique: str) -> None:
    """The bytes of the file are part of the request."""
    upload = await started(api, site)

    for _ in range(2):
        assert (await api.send(upload, b"+12125550100\n", idempotencyKey=unique))["userErrors"] == []
    other = refusals("uploadImport", await api.send(upload, b"+12125550101\n", idempotencyKey=unique))

    assert await _entries(api, upload) == 1
    assert other == [("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))]


async def test_the_same_key_at_another_mutation_is_another_key(
    api: Api, given: dict[str, dict[str, Any]], unique: str
) -> None:
    """A client may use one key for all that belongs to one click."""
    for field in ("tenantCreate", "customerCreate"):
        assert await api.make(field, **given[field], idempotencyKey=unique)


async def _entries(api: Api, upload: str) -> int:
    document = "query($by: UploadBy!) { upload(by: $by) { entries { totalCount } } }"
    total: int = (await api.query(document, by={"id": upload}))["upload"]["entries"]["totalCount"]
    return total
