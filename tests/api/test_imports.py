"""Importing files: a real multipart request, and a code of its own for each file that cannot be read."""

import io
import zipfile
from typing import Any

import pytest

from tests.api.journey import Api, Site, block, mutation, refusals, started, submitted

ENTRIES = """query($by: UploadBy!) { upload(by: $by) {
  status entries { nodes { kind line raw rawLast verdict } }
} }"""


def opendocument() -> bytes:
    """Return the beginning of what a spreadsheet program saves by itself."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("content.xml", "<office:document-content/>")
    return buffer.getvalue()


FILES = [
    (b'Number\r\n"+12125550100\r\n', "FILE_MALFORMED"),
    (b'Number\r\n"+12125550100" 5\r\n', "FILE_MALFORMED"),
    (b"", "FILE_EMPTY"),
    (b"\r\n\r\n", "FILE_EMPTY"),
    (b"Number,Range End\r\n", "FILE_HEADER_ONLY"),
    (opendocument(), "FILE_IS_SPREADSHEET"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504, "FILE_IS_SPREADSHEET"),
    (b"Number\r\n+12125550100\x00\r\n", "FILE_NOT_CSV"),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "FILE_NOT_CSV"),
    (b"Name,Age\r\nAda,36\r\n", "FILE_NO_NUMBER_COLUMN"),
    (b"Number\r\n" + b"1" * 20_000 + b"\r\n", "FILE_LINE_TOO_LONG"),
    (b"Number\r\n" + b"+12125550100\r\n" * 10_001, "FILE_TOO_MANY_ROWS"),
    (b"Number\r\n" + b"+12125550100,padding\r\n" * 480_000, "FILE_TOO_LARGE"),
]


@pytest.mark.parametrize(("content", "code"), FILES, ids=[f"{i}-{code}" for i, (_, code) in enumerate(FILES)])
async def test_a_file_that_cannot_be_read_is_refused_whole(api: Api, site: Site, content: bytes, code: str) -> None:
    """Its code says why; no row of it is stored."""
    upload = await started(api, site)

    refused = refusals("uploadImport", await api.send(upload, content))

    left = (await api.query(ENTRIES, by={"id": upload}))["upload"]
    assert refused == [(code, ("source",))]
    assert left == {"status": "DRAFT", "entries": {"nodes": []}}


async def test_the_message_says_which_line_is_to_blame(api: Api, site: Site) -> None:
    """Lines count from 1, the header included."""
    upload = await started(api, site)

    payload = await api.send(upload, b'Number\r\n+12125550100\r\n"+12125550101\r\n')

    assert payload["userErrors"][0]["message"].startswith("Line 3: ")


async def test_rows_become_entries_with_their_lines(api: Api, site: Site) -> None:
    """Singles and ranges, in the order of the file, judged by themselves at once."""
    upload = await started(api, site)

    payload = await api.send(upload, b"Number;Range End\r\n'+12125550100;\r\n\r\n+12125550110;+12125550119\r\n")

    entries = (await api.query(ENTRIES, by={"id": upload}))["upload"]["entries"]["nodes"]
    assert payload["userErrors"] == []
    assert entries == [
        {"kind": "FILE_ROW", "line": 2, "raw": "'+12125550100", "rawLast": None, "verdict": "VALID"},
        {"kind": "FILE_ROW", "line": 4, "raw": "+12125550110", "rawLast": "+12125550119", "verdict": "VALID"},
    ]


async def test_imported_numbers_say_that_they_came_from_a_file(api: Api, site: Site) -> None:
    """Their source is FILE; the same digits typed in would say ENTRY."""
    free = block()
    upload = await started(api, site)
    await api.send(upload, f"{free}001\r\n".encode())
    await api.make("uploadSubmit", upload={"id": upload})

    document = "query($filter: NumbersFilter) { numbers(filter: $filter) { nodes { number source } } }"
    found = (await api.query(document, filter={"upload": {"id": upload}}))["numbers"]["nodes"]

    assert found == [{"number": f"{free}001", "source": "FILE"}]


async def test_the_template_imports_cleanly(api: Api, site: Site) -> None:
    """What is downloaded can be imported as it is: a header, singles and a range, every row readable."""
    template = await api.http.get(f"{api.address}/templates/numbers.csv")
    upload = await started(api, site)

    payload = await api.send(upload, template.content)
    judged = await api.make(
        "uploadValidate",
        "counts { total } entries { nodes { raw code } } ranges { first last }",
        upload={"id": upload},
    )

    assert template.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in template.headers["content-disposition"]
    assert payload["userErrors"] == []
    assert judged["counts"] == {"total": 12}
    assert {entry["code"] for entry in judged["entries"]["nodes"]} <= {None, "INVALID_NUMBER"}


async def test_a_file_over_the_limit_of_the_upload_is_refused(api: Api, site: Site) -> None:
    """A range in a file counts with all of its numbers."""
    upload = await started(api, site)

    payload = await api.send(upload, b"Number,Range End\r\n+12123000000,+12123009999\r\n+12124000000,\r\n")

    assert refusals("uploadImport", payload) == [("UPLOAD_TOO_LARGE", ("source",))]


async def test_a_multipart_request_without_the_preflight_header_does_nothing(api: Api, site: Site) -> None:
    """A form on somebody else's page cannot send the header, and so cannot act in somebody's name."""
    upload = await started(api, site)

    answer = await api.multipart(
        mutation("uploadImport"),
        {"upload": {"id": upload}, "source": {"file": None}},
        b"+12125550100\n",
        preflight=False,
    )

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["errors"][0]["extensions"] == {"code": "PREFLIGHT_MISSING"}
    assert (await api.query(ENTRIES, by={"id": upload}))["upload"]["entries"]["nodes"] == []


@pytest.mark.parametrize("file", ["text", 5, {"name": "numbers.csv"}])
async def test_a_file_that_is_no_part_of_a_multipart_request_is_told_so(api: Api, site: Site, file: Any) -> None:
    """Text in plain JSON is no file."""
    upload = await started(api, site)

    assert await api.refusals("uploadImport", upload={"id": upload}, source={"file": file}) == [
        ("FILE_MISSING", ("source",))
    ]


async def test_a_file_for_an_upload_that_is_over_is_refused(api: Api, site: Site) -> None:
    """What was submitted stays as it is."""
    upload = await submitted(api, site, f"{block()}001")

    assert refusals("uploadImport", await api.send(upload, b"+12125550100\n")) == [("STATE_FORBIDS", ("upload",))]


async def test_a_file_for_an_upload_that_is_not_there_is_refused(api: Api) -> None:
    """Garbage names nothing."""
    assert refusals("uploadImport", await api.send("garbage", b"+12125550100\n")) == [("NOT_FOUND", ("upload",))]
