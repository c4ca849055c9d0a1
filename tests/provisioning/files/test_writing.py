"""CSV that leaves the house: no formulas, and read back as it was."""

import io
from collections.abc import AsyncIterator, Sequence

import pytest

from provisioning.downloads import error_report, number_list
from provisioning.files.columns import Column, columns_of
from provisioning.files.reading import FileLimits, FileRow, read_rows
from provisioning.files.writing import TITLES, Row, cell, number_again, pieces, text_again, text_of
from provisioning.numbering.e164 import decode

TEXTS = [
    "Fax",
    "=1+1",
    "+49 30",
    "-2",
    "@SUM(A1)",
    "'quoted'",
    "''twice",
    '="as text"',
    'a "quoted" word',
    "one\ntwo",
    "one\r\ntwo",
    "one\rtwo",
    "a,b;c\td",
    "a; =1+1",
    "sep=;",
    "Caf\u00e9 \u5317\u4eac",
    "\uff1d1+1",
    "\uff0b1",
    "1.21279E+10",
    "Number",
    " with space ",
    " =1+1",
    "\n=1+1",
]
"""What people write into a service info, and what they should not.

Not among them: nothing but space, quotes and =, which an import takes for an empty cell.
"""


async def _written(*chunks: Sequence[Row]) -> bytes:
    async def all_of_them() -> AsyncIterator[Sequence[Row]]:
        for chunk in chunks:
            yield chunk

    return b"".join([piece async for piece in pieces(("Number", "Service Info"), all_of_them())])


def _read(content: bytes) -> list[FileRow]:
    return list(read_rows(io.BytesIO(content), FileLimits()))


async def test_every_cell_is_read_back_as_it_was() -> None:
    """By the import itself, whatever spreadsheets and CSV make of such texts."""
    content = await _written([(cell(f"+1212555{number:04}"), cell(text)) for number, text in enumerate(TEXTS)])

    found = _read(content)

    assert [decode(row.raw_first) for row in found] == [f"+1212555{number:04}" for number in range(len(TEXTS))]
    assert [text_of(row.overrides[Column.SERVICE_INFO]) for row in found] == TEXTS


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "\u00a0+1", "\uff1d1", "\uff201"]
)
def test_what_may_be_a_formula_gets_an_apostrophe(text: str) -> None:
    """A spreadsheet then shows it, and does nothing."""
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Fax", "2", "a=b", "a-b", "\u00e9", " Fax", "(+1)"])
def test_other_texts_are_written_as_they_are(text: str) -> None:
    """An apostrophe that is not needed would only puzzle people."""
    assert cell(text) == text


@pytest.mark.parametrize("text", ["a\x00b", "a\x1fb", "a\x7fb"])
async def test_a_control_character_does_not_spoil_the_file(text: str) -> None:
    """It is replaced: an import refuses files that hold one, all of their other rows with it."""
    (row,) = _read(await _written([(cell("+12125550100"), cell(text))]))
    assert row.overrides == {Column.SERVICE_INFO: "a\ufffdb"}


@pytest.mark.parametrize("raw", ["+1212", "'+1212", "''+1212", '="+1212"', " \u00a0+1212 ", "=1+1", '\'="+1212"', "x"])
def test_a_cell_that_came_from_a_file_reads_again_as_it_did(raw: str) -> None:
    """Apostrophes do not pile up, and what was text for a spreadsheet stays text."""
    written = number_again(raw)
    assert written is not None
    assert decode(written) == decode(raw)
    assert written[0] not in "=+-@"


@pytest.mark.parametrize("raw", ["Fax", " Fax ", "=1", "'=1", "''=1", "'tis", '="x"', "' =1", ""])
def test_a_text_that_came_from_a_file_reads_again_as_it_did(raw: str) -> None:
    """Space around it is its own."""
    written = text_again(raw)
    assert written is not None
    assert text_of(written) == text_of(raw)
    assert written[:1] not in tuple("=+-@")


async def test_a_file_is_as_rfc_4180_has_it() -> None:
    """Behind the mark that Excel needs: CR LF everywhere, quotes where they must be, doubled inside."""
    content = await _written([("a,b", 'c "d"')], [("e\nf", None), ("g", 2)])
    assert content == b'\xef\xbb\xbfNumber,Service Info\r\n"a,b","c ""d"""\r\n"e\nf",\r\ng,2\r\n'


async def test_a_file_without_rows_has_its_header() -> None:
    """Whether there was an empty chunk or none at all."""
    assert await _written() == await _written([]) == b"\xef\xbb\xbfNumber,Service Info\r\n"


@pytest.mark.parametrize(
    "header", [number_list.HEADER, ("Line", *TITLES.values(), *error_report.FINDINGS, "Original 1", "Original 2")]
)
def test_an_import_knows_the_titles_that_it_should(header: Sequence[str]) -> None:
    """And no other: Part End, if it were called Last, would be taken for the end of a range."""
    columns = columns_of(header, 1)
    assert columns is not None
    assert {column: [header[at] for at in found] for column, found in columns.indexes.items()} == {
        column: [title] for column, title in TITLES.items()
    }
