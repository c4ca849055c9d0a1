"""The error report of an upload."""

import io

import psycopg
import pytest

from provisioning.files.reading import FileLimits, read_rows
from provisioning.numbering.e164 import decode as decoded
from schema.ids import decode
from tests.api.downloading import column, get, put_entries, report_path, table
from tests.api.journey import Api, Site, block, started

MANY_ENTRIES = """
INSERT INTO upload_entry (provider_id, channel_id, customer_id, upload_id,
                          position, part, kind, line, raw, size, verdict)
SELECT provider_id, channel_id, customer_id, id, n / 3, n %% 3, 'FILE_ROW', n, n, 1, 'INVALID'
FROM upload, generate_series(0, 9999) AS n WHERE id = %s
"""


@pytest.fixture
async def upload(api: Api, site: Site) -> str:
    """An upload without entries, of a service that others use too."""
    return await started(api, site)


async def test_the_error_report_says_what_was_not_taken_and_why(api: Api, behind: str, upload: str) -> None:
    """The row as it came, which numbers of it, and the reason; in the order of the file, without what is valid."""
    free = block()
    await put_entries(
        behind,
        upload,
        {"raw": f"{free}000", "verdict": "VALID"},
        {"raw": "nonsense", "code": "NOT_E164", "message": "No number."},
        {"raw": f"{free}001", "raw_last": f"{free}009", "verdict": "VALID"},
        {
            "position": 2,
            "part": 1,
            "line": 4,
            "raw": f"{free}001",
            "raw_last": f"{free}009",
            "first": f"{free}004",
            "last": f"{free}005",
            "code": "TAKEN",
            "message": "Taken.",
        },
    )

    found = await table(api, await report_path(api, upload))

    assert [line for line in found if line["Line"] == "3"] == [
        {
            "Line": "3",
            "Number": "nonsense",
            "Range End": "",
            "Number Type": "",
            "Webex Phone Type": "",
            "CAC Value": "",
            "Service Info": "",
            "Part Start": "",
            "Part End": "",
            "Verdict": "INVALID",
            "Code": "NOT_E164",
            "Reason": "No number.",
        }
    ]
    wanted = ("Line", "Number", "Range End", "Part Start", "Part End", "Code")
    assert [tuple(line[title] for title in wanted) for line in found] == [
        ("3", "nonsense", "", "", "", "NOT_E164"),
        ("4", f"'{free}001", f"'{free}009", f"'{free}004", f"'{free}005", "TAKEN"),
    ]


async def test_warnings_are_reported_when_asked_for(api: Api, behind: str, upload: str) -> None:
    """Then they alone."""
    await put_entries(behind, upload, {"raw": "a"}, {"raw": "b", "verdict": "WARNING", "code": "OTHER_COUNTRY"})
    path = await report_path(api, upload)

    assert column(await table(api, path), "Number") == ["a"]
    assert column(await table(api, path, verdict="WARNING"), "Number") == ["b"]
    assert "upload-warnings" in (await get(api, path, verdict="WARNING")).headers["content-disposition"]


async def test_an_error_report_is_corrected_and_imported(api: Api, behind: str, upload: str) -> None:
    """The import finds the cells it knows under our titles, whatever they were called, and reads them as before."""
    overrides = {"NUMBER_TYPE": "Service", "CAC": "5", "SERVICE_INFO": "'=Fax"}
    free = block()
    await put_entries(
        behind,
        upload,
        {"raw": f"'{free}0", "overrides": overrides, "cells": ["Anna", f"'{free}0", "Service", "5", "'=Fax", "+x"]},
        {"raw": f'="{free}1"', "raw_last": f"'{free}9"},
    )

    content = (await get(api, await report_path(api, upload))).content
    found = list(read_rows(io.BytesIO(content), FileLimits()))
    corrected = content.replace(f"'{free}0,,".encode(), f"'{free}000,,".encode())
    again = list(read_rows(io.BytesIO(corrected), FileLimits()))

    assert [(row.line, decoded(row.raw_first), row.raw_last and decoded(row.raw_last)) for row in found] == [
        (2, f"{free}0", None),
        (3, f"{free}1", f"{free}9"),
    ]
    assert {name.value: text for name, text in found[0].overrides.items()} == overrides
    assert found[1].overrides == {}
    assert decoded(again[0].raw_first) == f"{free}000"


async def test_the_whole_row_follows_where_it_held_more(api: Api, behind: str, upload: str) -> None:
    """People recognise their rows by what stands beside the number; what may be a formula is none."""
    await put_entries(
        behind, upload, {"raw": "a", "cells": ["a", "Anna"]}, {"raw": "b", "cells": ["b", "=cmd|x", "42"]}, {"raw": "c"}
    )

    found = await table(api, await report_path(api, upload))

    assert [(line["Original 1"], line["Original 2"], line["Original 3"]) for line in found] == [
        ("a", "Anna", None),
        ("b", "'=cmd|x", "42"),
        (None, None, None),
    ]


async def test_an_error_report_of_many_chunks_is_whole(api: Api, behind: str, upload: str) -> None:
    """Each line once and in order, over the ends of chunks, in the middle of an entry too."""
    async with await psycopg.AsyncConnection.connect(behind) as owner:
        await owner.execute(MANY_ENTRIES, [decode(upload)[1]])

    found = await table(api, await report_path(api, upload))

    assert column(found, "Number") == [str(number) for number in range(10_000)]
