"""The Upload Numbers dialog in full: headers that change, rows with terms of their own, repairs, dry runs, one call."""

import io
from typing import Any

import openpyxl
import pytest

from tests.api.journey import Api, Site, added, block, refusals, started, submitted

REPORT = (
    "report { counts { total valid invalid } entryCounts { total valid invalid } "
    "problems { raw code } ranges { first last size } }"
)
VALIDATE = (
    f"mutation($input: NumbersValidateInput!) {{ numbersValidate(input: $input) {{ {REPORT} userErrors {{ code }} }} }}"
)
UPLOAD = """mutation($input: NumbersUploadInput!) { numbersUpload(input: $input) {
  upload { id status counts { submitted invalid } entries(verdict: INVALID) { nodes { raw code } } }
  userErrors { code path }
} }"""
NUMBERS = """query($filter: NumbersFilter) { numbers(filter: $filter, orderBy: NUMBER) { nodes {
  number type cacValue serviceInfo
} } }"""


def workbook(*rows: tuple[Any, ...]) -> bytes:
    """Return the rows as an .xlsx file."""
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(buffer)
    return buffer.getvalue()


async def test_a_new_header_judges_the_entries_anew(api: Api, own: Site) -> None:
    """What was wrong for one location may be right for another; the counts follow at once."""
    italy = await api.make("locationCreate", service={"id": own.service}, name="Milan", country="IT")
    await api.make("locationAttach", location={"id": italy})
    upload = await started(api, own)
    await added(api, upload, "+390255512345", f"{block()}001")

    moved = await api.make(
        "uploadUpdate",
        "status location { name } serviceInfo counts { valid invalid } entries { nodes { code } }",
        upload={"id": upload},
        location={"id": italy},
        serviceInfo="Fax",
    )

    assert moved == {
        "status": "DRAFT",
        "location": {"name": "Milan"},
        "serviceInfo": "Fax",
        "counts": {"valid": 1, "invalid": 1},
        "entries": {"nodes": [{"code": None}, {"code": "COUNTRY_MISMATCH"}]},
    }


async def test_a_header_follows_the_table_of_number_types(api: Api, own: Site) -> None:
    """A Service number needs a CAC value; back to User it is 2 again."""
    upload = await started(api, own)

    refused = await api.refusals("uploadUpdate", upload={"id": upload}, numberType="SERVICE")
    service = await api.make("uploadUpdate", "cacValue", upload={"id": upload}, numberType="SERVICE", cacValue=30)
    user = await api.make("uploadUpdate", "cacValue", upload={"id": upload}, numberType="USER")

    assert refused == [("CAC_REQUIRED", ("cacValue",))]
    assert (service, user) == ({"cacValue": 30}, {"cacValue": 2})


async def test_a_submitted_upload_keeps_its_header(api: Api, own: Site) -> None:
    """Its numbers have been made by it."""
    upload = await submitted(api, own, f"{block()}001")

    assert await api.refusals("uploadUpdate", upload={"id": upload}, serviceInfo="late") == [
        ("STATE_FORBIDS", ("upload",))
    ]


@pytest.mark.parametrize("as_workbook", [False, True], ids=["csv", "xlsx"])
async def test_a_row_says_what_its_numbers_are_for(api: Api, own: Site, as_workbook: bool) -> None:  # noqa: FBT001  # a parameter
    """Where it says nothing, the header counts; where it says something wrong, it is refused alone."""
    free, upload = block(), await started(api, own)
    rows = [
        ("cac value", "NUMBER", "Number Type", "Service Info"),
        ("", f"{free}001", "", ""),
        (40, f"{free}002", "Service", "'=Fax"),
        ("", f"{free}003", "contact center", ""),
        ("", f"{free}004", "Service", ""),
        (5, f"{free}005", "", ""),
    ]
    text = "".join(";".join(map(str, row)) + "\r\n" for row in rows).encode()
    await api.send(upload, workbook(*rows) if as_workbook else text)

    done = await api.make(
        "uploadSubmit",
        "entries { nodes { code terms { numberType cacValue serviceInfo } } }",
        upload={"id": upload},
    )
    made = (await api.query(NUMBERS, filter={"upload": {"id": upload}}))["numbers"]["nodes"]

    assert [(entry["code"], entry["terms"]) for entry in done["entries"]["nodes"]] == [
        (None, None),
        (None, {"numberType": "SERVICE", "cacValue": 40, "serviceInfo": "=Fax"}),
        (None, {"numberType": "CONTACT_CENTER", "cacValue": None, "serviceInfo": None}),
        ("CAC_REQUIRED", None),
        ("CAC_FIXED", None),
    ]
    assert made == [
        {"number": f"{free}001", "type": "USER", "cacValue": 2, "serviceInfo": None},
        {"number": f"{free}002", "type": "SERVICE", "cacValue": 40, "serviceInfo": "=Fax"},
        {"number": f"{free}003", "type": "CONTACT_CENTER", "cacValue": None, "serviceInfo": None},
    ]


async def test_damaged_numbers_are_guessed_only_when_asked(api: Api, site: Site) -> None:
    """And each guess is reported; lost digits are never guessed."""
    text = "12125550100\n0012125550101\n12125550102.0\n+1 (212) 555-0103\n1.21255E+10\n"
    selection = "entries { nodes { first code repairs } }"
    strict, lenient = await started(api, site), await started(api, site)

    refused = await api.make("uploadImport", selection, upload={"id": strict}, source={"text": text})
    guessed = await api.make("uploadImport", selection, upload={"id": lenient}, source={"text": text}, repair=True)

    assert [entry["repairs"] for entry in refused["entries"]["nodes"]] == [[]] * 5
    assert [entry["code"] for entry in refused["entries"]["nodes"]] == [
        "PLUS_MISSING",
        "DIALLING_PREFIX",
        "DECIMAL_FIGURE",
        "NOT_E164",
        "DIGITS_LOST",
    ]
    assert [(entry["first"], entry["repairs"]) for entry in guessed["entries"]["nodes"]] == [
        ("+12125550100", ["PLUS_ADDED"]),
        ("+12125550101", ["DIALLING_PREFIX_REPLACED"]),
        ("+12125550102", ["DECIMALS_REMOVED"]),
        ("+12125550103", ["SEPARATORS_REMOVED"]),
        (None, []),
    ]


async def test_a_dry_run_says_everything_and_keeps_nothing(api: Api, own: Site) -> None:
    """The same verdicts as the real thing."""
    free = block()
    given = own.header(
        entries=[{"range": {"first": f"{free}001", "last": f"{free}003"}}, {"single": f"{free}002"}],
        source={"text": "number\nnonsense\n"},
    )

    found = (await api.query(VALIDATE, input=given))["numbersValidate"]
    document = "query($f: UploadsFilter) { uploads(filter: $f) { totalCount } }"
    kept = await api.query(document, f={"service": {"id": own.service}})

    assert found["userErrors"] == []
    assert found["report"] == {
        "counts": {"total": 5, "valid": 3, "invalid": 2},
        "entryCounts": {"total": 3, "valid": 1, "invalid": 2},
        "problems": [{"raw": f"{free}002", "code": "DUPLICATE_IN_UPLOAD"}, {"raw": "nonsense", "code": "NOT_E164"}],
        "ranges": [{"first": f"{free}001", "last": f"{free}003", "size": 3}],
    }
    assert kept == {"uploads": {"totalCount": 0}}


async def test_one_call_uploads_and_can_be_sent_twice(api: Api, own: Site, unique: str) -> None:
    """With its idempotency key, the second one answers the same and adds nothing."""
    free = block()
    entries = [{"single": f"{free}001"}, {"single": "nonsense"}]

    once = await api.query(UPLOAD, input=own.header(entries=entries, idempotencyKey=unique))
    twice = await api.query(UPLOAD, input=own.header(entries=entries, idempotencyKey=unique))
    other = await api.query(UPLOAD, input=own.header(entries=entries[:1], idempotencyKey=unique))

    assert once == twice
    assert once["numbersUpload"]["userErrors"] == []
    assert once["numbersUpload"]["upload"]["status"] == "COMPLETED"
    assert once["numbersUpload"]["upload"]["counts"] == {"submitted": 1, "invalid": 1}
    assert other["numbersUpload"]["userErrors"] == [
        {"code": "IDEMPOTENCY_KEY_REUSED", "path": ["input", "idempotencyKey"]}
    ]


async def test_one_call_that_may_not_be_submitted_is_kept_to_be_corrected(api: Api, own: Site) -> None:
    """The error says that it was not submitted, the entries say why."""
    entries = [{"single": f"{block()}001"}, {"single": "nonsense"}]

    answer = (await api.query(UPLOAD, input=own.header(entries=entries, errorPolicy="REJECT_EVERYTHING")))[
        "numbersUpload"
    ]
    upload = answer["upload"]
    await api.make("uploadRemoveEntries", upload={"id": upload["id"]}, positions=[1])
    done = await api.make("uploadSubmit", "status", upload={"id": upload["id"]}, errorPolicy="REJECT_EVERYTHING")

    assert answer["userErrors"] == [{"code": "INVALID_ENTRIES", "path": ["input", "entries"]}]
    assert (upload["status"], upload["entries"]["nodes"]) == ("VALIDATED", [{"raw": "nonsense", "code": "NOT_E164"}])
    assert done == {"status": "COMPLETED"}


async def test_one_call_without_numbers_is_refused(api: Api, site: Site) -> None:
    """Neither entries nor a source."""
    for document, field in ((UPLOAD, "numbersUpload"), (VALIDATE, "numbersValidate")):
        answer = (await api.query(document, input=site.header()))[field]
        assert [error["code"] for error in answer["userErrors"]] == ["NOTHING_TO_ADD"]


async def test_a_repeated_import_adds_nothing_twice(api: Api, site: Site, unique: str) -> None:
    """The same bytes under the same key answer the same; other bytes are refused."""
    free, upload = block(), await started(api, site)
    content = f"{free}001\r\n{free}002\r\n".encode()

    for _ in range(2):
        payload = await api.send(upload, content, idempotencyKey=unique)
        assert payload["userErrors"] == []
    other = await api.send(upload, content + b"\r\n", idempotencyKey=unique)

    document = "query($by: UploadBy!) { upload(by: $by) { counts { rows total } } }"
    assert (await api.query(document, by={"id": upload}))["upload"] == {"counts": {"rows": 2, "total": 2}}
    assert refusals("uploadImport", other) == [("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))]
