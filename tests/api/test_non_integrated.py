"""The other mode: no consent and no sync; the customer adds the numbers to Control Hub by hand."""

import pytest

from tests.api.journey import Api, Site, added, block, estate, onboard, plain_site, started, submitted

SERVICE = "query($by: ServiceBy!) { service(by: $by) { status mode organizationId consentedAt lastModifiedAt } }"

UPLOAD = """query($by: UploadBy!) { upload(by: $by) {
  status submittedAt endedAt errorPolicy counts { total valid invalid submitted pending added failed }
} }"""

NUMBERS = """query($filter: NumbersFilter) { numbers(filter: $filter) { nodes {
  status syncState webexPhoneType syncedAt
} } }"""


async def test_a_non_integrated_service_needs_no_consent(api: Api) -> None:
    """It waits for numbers at once, and the time of its deployment is known."""
    owner = await estate(api)

    service = await onboard(api, owner, organizationId="Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi8x")

    found = (await api.query(SERVICE, by={"id": service}))["service"]
    assert (found["status"], found["mode"]) == ("PENDING_PROVISIONING", "NON_INTEGRATED")
    assert found["organizationId"] == "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi8x"
    assert found["consentedAt"] is not None


async def test_submitting_completes_at_once_and_makes_the_service_ready(api: Api) -> None:
    """Stored is done; the numbers say that the customer has to add them."""
    site = await plain_site(api)
    free = block()
    before = (await api.query(SERVICE, by={"id": site.service}))["service"]

    upload = await submitted(api, site, (f"{free}001", f"{free}003"))

    after = (await api.query(SERVICE, by={"id": site.service}))["service"]
    found = (await api.query(UPLOAD, by={"id": upload}))["upload"]
    numbers = (await api.query(NUMBERS, filter={"service": {"id": site.service}}))["numbers"]["nodes"]
    assert (before["status"], after["status"]) == ("PENDING_PROVISIONING", "READY")
    assert after["lastModifiedAt"] > before["lastModifiedAt"]
    assert (found["status"], found["errorPolicy"]) == ("COMPLETED", "IGNORE_FAILED")
    assert found["submittedAt"] is not None
    assert found["endedAt"] is not None
    assert found["counts"] == {
        "total": 3,
        "valid": 3,
        "invalid": 0,
        "submitted": 3,
        "pending": 0,
        "added": 3,
        "failed": 0,
    }
    assert (
        numbers == [{"status": "ACTIVE", "syncState": "MANUAL_PENDING", "webexPhoneType": None, "syncedAt": None}] * 3
    )


async def test_the_valid_rows_go_and_the_invalid_ones_stay_behind_with_their_reasons(api: Api, site: Site) -> None:
    """The default error policy lets the valid rows go."""
    free = block()
    upload = await started(api, site)
    await added(api, upload, f"{free}001", "+390255512345", "nonsense", (f"{free}010", f"{free}012"))

    await api.make("uploadSubmit", upload={"id": upload})

    document = """query($by: UploadBy!) { upload(by: $by) {
      status counts { total valid invalid submitted } ranges { first last size }
      entries(verdict: INVALID) { totalCount nodes { raw verdict code message size } }
    } }"""
    found = (await api.query(document, by={"id": upload}))["upload"]
    assert found["status"] == "COMPLETED"
    assert found["counts"] == {"total": 6, "valid": 4, "invalid": 2, "submitted": 4}
    assert found["ranges"] == [
        {"first": f"{free}001", "last": f"{free}001", "size": 1},
        {"first": f"{free}010", "last": f"{free}012", "size": 3},
    ]
    assert [(e["raw"], e["code"]) for e in found["entries"]["nodes"]] == [
        ("+390255512345", "COUNTRY_MISMATCH"),
        ("nonsense", "NOT_E164"),
    ]
    assert all(entry["message"] for entry in found["entries"]["nodes"])


@pytest.mark.parametrize(
    ("header", "refusal"),
    [
        ({"numberType": "USER"}, ("NUMBER_TYPE_NOT_OFFERED", ("numberType",))),
        ({"numberType": "SERVICE", "cacValue": 5}, ("NUMBER_TYPE_NOT_OFFERED", ("numberType",))),
        ({"numberType": "CONTACT_CENTER", "cacValue": 1}, ("CAC_OUT_OF_RANGE", ("cacValue",))),
    ],
)
async def test_a_cx_service_takes_contact_center_numbers_only(
    api: Api, cx: Site, header: dict[str, object], refusal: tuple[str, tuple[str, ...]]
) -> None:
    """User and Service numbers are not applicable to CX."""
    assert await api.refusals("uploadStart", **cx.header(**header)) == [refusal]


@pytest.mark.parametrize("cac", [None, 2, 10_000])
async def test_a_cx_service_takes_contact_center_numbers_with_or_without_a_cac_value(
    api: Api, cx: Site, cac: int | None
) -> None:
    """The CAC value of Contact Center numbers is optional."""
    upload = await api.make("uploadStart", "cacValue", **cx.header(numberType="CONTACT_CENTER", cacValue=cac))
    assert upload == {"cacValue": cac}


async def test_user_numbers_have_cac_value_two(api: Api, site: Site) -> None:
    """It is hard-coded."""
    assert await api.make("uploadStart", "cacValue", **site.header(numberType="USER")) == {"cacValue": 2}


@pytest.fixture(scope="session")
async def cx(shared: Api) -> Site:
    """A CX service."""
    return await plain_site(shared, kind="CX")
