"""Rows out of workbooks, good and damaged."""

import io
import random
import subprocess
import sys
import tracemalloc
import zipfile
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest

from provisioning.files.columns import Column
from provisioning.files.faults import FileCode, FileRefused
from provisioning.files.reading import FileLimits, FileRow, read_rows
from tests.provisioning.files.workbooks import packed, repacked, workbook

A, B, C = "+12125550100", "+12125550101", "+12125550109"
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>Number</t></is></c></row>'
ROW = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{A}</t></is></c></row>'


def rows(content: bytes, limits: FileLimits | None = None) -> list[FileRow]:
    """Read a whole workbook."""
    return list(read_rows(io.BytesIO(content), limits or FileLimits()))


def cells(content: bytes) -> list[tuple[int, list[str]]]:
    """Read line and cells of each row."""
    return [(row.line, list(row.cells)) for row in rows(content)]


def refusal(content: bytes, limits: FileLimits | None = None) -> tuple[FileCode, int | None]:
    """Read a workbook that is refused."""
    with pytest.raises(FileRefused) as raised:
        rows(content, limits)
    return raised.value.code, raised.value.line


def saved(*filled: Any) -> bytes:
    """Have a workbook written by another library."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in filled:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_is_read_like_a_csv_file() -> None:
    """Header, ranges, other columns, blank rows; lines are those of the worksheet."""
    content = saved(["Note", "Range End", "Number", "CAC Value"], ["x", None, A], [], ["y", C, B, 5])
    assert rows(content) == [
        FileRow(2, A, None, {}, ["x", "", A]),
        FileRow(4, B, C, {Column.CAC: "5"}, ["y", C, B, "5"]),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (A, A),
        (12125550100, "12125550100"),
        (12125550100.0, "12125550100"),
        (1.2e10, "12000000000"),
        (999_999_999_999_999, "999999999999999"),
        (1_234_567_890_123_456, "1.234568E+15"),
        (0.5, "0.5"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2026, 11, 23), "2026-11-23"),
        (datetime(2026, 11, 23, 6, 30), "2026-11-23 06:30:00"),  # noqa: DTZ001  # a worksheet knows no time zones
        (time(6, 30), "06:30:00"),
        ("'" + A, "'" + A),
        ("#REF!", "#REF!"),
        ("one\ntwo", "one\ntwo"),
        ("\u200b" + A, "\u200b" + A),
    ],
)
def test_a_cell_is_read_as_text(value: Any, text: str) -> None:
    """A number has all its digits, or says that it has lost some."""
    assert cells(saved(["Number", "Note"], ["x", value])) == [(2, ["x", text])]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="B2"><v>1.21255501E10</v></c>', "12125550100"),
        ('<c r="B2"><v>12125550100.0</v></c>', "12125550100"),
        (f'<c r="B2" t="str"><f>"+"&amp;A1</f><v>{A}</v></c>', A),
        ('<c r="B2"><f>1+1</f></c>', None),
        ('<c r="B2" t="s"><v>0</v></c>', A),
        ('<c r="B2" t="s"><v>1</v></c>', B),
        ('<c r="B2" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="B2" s="1"><v>46349</v></c>', "2026-11-23"),
        ('<c r="B2" s="2"><v>46349</v></c>', "46349"),
        ('<c r="B2" s="3"><v>46349</v></c>', "2026-11-23"),
        ('<c r="B2" s="1"><v>12125550100</v></c>', "#VALUE!"),
        ('<c r="B2" s="4"><v>1.5</v></c>', "1 day, 12:00:00"),
        (f'<c t="inlineStr"><is><t>{A}</t><rPh sb="0" eb="1"><t>x</t></rPh></is></c>', A),
    ],
)
def test_what_other_programs_write_is_understood(cell: str, text: str | None) -> None:
    """Cached values of formulas, shared texts in pieces, cells without a place, formats of dates."""
    pieces = f"<r><t>{B[:5]}</t></r><r><t>{B[5:]}</t></r>"
    content = workbook(
        f'{HEADER}<row r="2"><c r="A2"><v>7</v></c>{cell}</row>',
        shared=f"<si><t>{A}</t></si><si>{pieces}<rPh sb='0' eb='1'><t>x</t></rPh></si>",
        styles='<numFmts><numFmt numFmtId="164" formatCode="[Red]0 &quot;days&quot;"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="46"/></cellXfs>',
    )
    found = cells(content)[0][1]
    assert (found[1] if len(found) > 1 else None) == text


def test_dates_may_count_from_1904() -> None:
    """As old workbooks of Macintoshes do."""
    content = workbook(
        HEADER + '<row r="2"><c r="A2" s="0"><v>44887</v></c></row>',
        styles='<cellXfs><xf numFmtId="14"/></cellXfs>',
        settings='date1904="1"',
    )
    assert cells(content) == [(2, ["2026-11-23"])]


def test_names_of_elements_may_have_prefixes() -> None:
    """Some programs write x:row."""
    content = workbook(ROW)
    part = "xl/worksheets/sheet1.xml"
    prefixed = repacked(repacked(content, part, "</", "</x:"), part, "<worksheet xmlns=", "<worksheet xmlns:x=")
    for name in ("worksheet", "sheetData", "row", "c ", "is>", "t>"):
        prefixed = repacked(prefixed, part, f"<{name}", f"<x:{name}")
    assert cells(prefixed) == [(1, [A])]


@pytest.mark.parametrize(
    ("sheets", "states", "found"),
    [
        (("", ROW), "", A),
        ((ROW.replace(A, B), ROW), "h", A),
        (('<row r="1"><c r="A1" t="inlineStr"><is><t> </t></is></c></row>', ROW), "", A),
        ((ROW, ROW.replace(A, B)), "", A),
    ],
)
def test_the_first_sheet_that_is_seen_and_has_content_counts(sheets: tuple[str, ...], states: str, found: str) -> None:
    """Empty and hidden ones are passed over."""
    assert [row.raw_first for row in rows(workbook(*sheets, states=states))] == [found]


def test_cells_may_be_in_any_order_and_beyond_what_the_sheet_says_of_its_size() -> None:
    """None is dropped."""
    content = workbook('<row r="7"><c r="C7"><v>3</v></c><c r="A7"><v>1</v></c></row>')
    small = repacked(content, "xl/worksheets/sheet1.xml", "<sheetData>", '<dimension ref="A1:A1"/><sheetData>')
    assert cells(small) == [(7, ["1", "", "3"])]


@pytest.mark.parametrize("size", ["", '<dimension ref="A1:XFD1048576"/>'])
def test_a_sheet_may_be_as_long_as_sheets_can_be(size: str) -> None:
    """Nothing is made of the rows between."""
    content = workbook(f'{ROW}<row r="1048576"><c r="B1048576"><v>2</v></c></row>')
    sized = repacked(content, "xl/worksheets/sheet1.xml", "<sheetData>", f"{size}<sheetData>")
    assert cells(sized) == [(1, [A]), (1_048_576, ["", "2"])]


def test_only_worksheets_are_read() -> None:
    """A sheet of macros is passed over, and a link to another workbook is not followed."""
    old, new = 'worksheet" Target="worksheets/sheet1', 'macrosheet" Target="worksheets/sheet1'
    content = repacked(workbook(ROW.replace(A, B), ROW), "xl/_rels/workbook.xml.rels", old, new)
    link = '<externalReferences><externalReference r:id="r9"/></externalReferences></workbook>'
    assert cells(repacked(content, "xl/workbook.xml", "</workbook>", link)) == [(1, [A])]


def test_nothing_is_kept_of_what_rows_say_of_their_height() -> None:
    """Rows of LibreOffice say so much of it that a million of them would take 750 MB."""
    height = 'customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" collapsed="false"'
    content = workbook("".join(f"<row {height}><c><v>{12125550100 + row}</v></c></row>" for row in range(20_000)))
    tracemalloc.start()
    for _ in read_rows(io.BytesIO(content), FileLimits()):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


def test_what_the_library_warns_of_is_not_printed() -> None:
    """It would write what cells hold into the log, and here it would end the process."""
    content = workbook(
        f'{HEADER}<row r="2"><c r="A2" s="0"><v>12125550100</v></c></row>',
        styles='<cellXfs><xf numFmtId="14"/></cellXfs>',
    )
    code = (
        "import io, sys; from provisioning.files.reading import FileLimits, read_rows; "
        "print(*read_rows(io.BytesIO(sys.stdin.buffer.read()), FileLimits()))"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, input=content, capture_output=True, check=True)  # noqa: S603  # our own program
    assert (b"#VALUE!" in done.stdout, done.stderr) == (True, b"")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04" + bytes(64), FileCode.FILE_DAMAGED),
        (workbook(ROW)[:-30], FileCode.FILE_DAMAGED),
        (workbook(ROW)[:200], FileCode.FILE_DAMAGED),
        (repacked(workbook(ROW), "xl/worksheets/sheet1.xml", "</row>", ""), FileCode.FILE_DAMAGED),
        (repacked(workbook(ROW), "xl/workbook.xml", 'r:id="r1"', 'r:id="r9"'), FileCode.FILE_DAMAGED),
        (repacked(workbook(ROW), "xl/workbook.xml", "<sheets>", "<sheets>", zipfile.ZIP_BZIP2), FileCode.FILE_DAMAGED),
        (workbook('<row r="1"><c r="A1" t="s"><v>3</v></c></row>'), FileCode.FILE_DAMAGED),
        (workbook('<row r="1"><c r="A1"><v>x</v></c></row>'), FileCode.FILE_DAMAGED),
        (workbook('<row r="1"><c r="XFE1"><v>1</v></c></row>'), FileCode.FILE_DAMAGED),
        (workbook('<row r="1"><c r="A"><v>1</v></c></row>'), FileCode.FILE_DAMAGED),
        (workbook('<row r="1048577"><c><v>1</v></c></row>'), FileCode.FILE_DAMAGED),
        (workbook('<row r="2"/><row r="2"/>'), FileCode.FILE_DAMAGED),
        (packed({"content.xml": "<x/>", "mimetype": "ods"}), FileCode.FILE_IS_SPREADSHEET),
        (packed({"xl/workbook.bin": "x", "_rels/.rels": "<x/>"}), FileCode.FILE_IS_SPREADSHEET),
        (packed({"a.txt": "+12125550100"}), FileCode.FILE_NOT_CSV),
        (packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}), FileCode.FILE_NOT_CSV),
        (packed({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<x/>"}), FileCode.FILE_DAMAGED),
        (repacked(workbook(ROW), "xl/workbook.xml", "officeDocument/2006", "strict"), FileCode.FILE_IS_SPREADSHEET),
        (workbook(""), FileCode.FILE_EMPTY),
        (workbook(ROW, states="h"), FileCode.FILE_EMPTY),
        (saved(["Number", "Range End"]), FileCode.FILE_HEADER_ONLY),
    ],
)
def test_a_workbook_that_cannot_be_read_has_a_code(content: bytes, code: FileCode) -> None:
    """Whatever is wrong with it."""
    assert refusal(content) == (code, None)


def test_a_header_without_numbers_is_refused_by_its_line() -> None:
    """As in a text file."""
    assert refusal(saved([], ["Name"], ["Anna"])) == (FileCode.FILE_NO_NUMBER_COLUMN, 2)


def test_no_damaged_byte_leads_to_a_crash() -> None:
    """Rows, or a refusal: nothing else comes of it."""
    chance = random.Random(11)
    content = saved(["Number"], *([A] for _ in range(20)))
    for _ in range(500):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 5)):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        try:
            rows(bytes(damaged))
        except FileRefused as refused:
            assert refused.code  # noqa: PT017  # most are refused, some are as good as before


@pytest.mark.parametrize("shared", ["", "<si/>"])
def test_no_more_is_unpacked_than_ten_times_the_cap(shared: str) -> None:
    """Here a zip holds a hundred times its size, in the sheet or in the shared texts."""
    filling = " " * 1_000_000
    content = workbook(ROW if shared else ROW + filling, shared=shared and shared + filling)
    assert len(content) < 10_000
    assert refusal(content, FileLimits(max_bytes=20_000)) == (FileCode.FILE_TOO_LARGE, None)
    assert len(rows(content, FileLimits(max_bytes=200_000))) == 1


def test_bytes_above_the_cap_are_refused() -> None:
    """Before anything is unpacked."""
    content = workbook(ROW)
    assert len(rows(content, FileLimits(max_bytes=len(content)))) == 1
    assert refusal(content, FileLimits(max_bytes=len(content) - 1)) == (FileCode.FILE_TOO_LARGE, None)


def test_rows_above_the_cap_are_refused_by_their_line() -> None:
    """Header and blank rows do not count."""
    content = saved(["Number"], [A], [], [B])
    assert len(rows(content, FileLimits(max_rows=2))) == 2
    assert refusal(content, FileLimits(max_rows=1)) == (FileCode.FILE_TOO_MANY_ROWS, 4)


@pytest.mark.parametrize(
    "row",
    [
        '<row r="2"><c t="str"><v>' + "x" * 101 + "</v></c></row>",
        '<row r="2"><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>',
        '<row r="2"><c r="XFD2"><v>1</v></c></row>',
    ],
)
def test_a_row_too_long_is_refused_by_its_line(row: str) -> None:
    """In one cell, in shared texts, or by its width."""
    content = workbook(ROW + row, shared=f"<si><t>{'x' * 60}</t></si>")
    assert refusal(content, FileLimits(max_line_chars=100)) == (FileCode.FILE_LINE_TOO_LONG, 2)


def test_rows_come_one_by_one_and_the_stream_stays_open() -> None:
    """The first are there before the sheet is read to its end."""
    content = workbook("".join(f'<row><c t="str"><v>+{12125550100 + row}</v></c></row>' for row in range(50_000)) + "<")
    stream = io.BytesIO(content)
    reading = read_rows(stream, FileLimits())
    assert [next(reading).line for _ in range(3)] == [1, 2, 3]
    with pytest.raises(FileRefused):
        list(reading)
    assert not stream.closed
