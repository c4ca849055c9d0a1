"""Rows out of files, good and damaged."""

import io
from itertools import islice

import pytest

from provisioning.files.columns import Column, columns_of
from provisioning.files.faults import FileCode, FileRefused
from provisioning.files.reading import FileLimits, FileRow, read_rows, template
from provisioning.judging import Judge, Rules, Tally
from provisioning.numbering.e164 import LocationCountry, Policy
from provisioning.terms import Header
from provisioning.verdicts import VerdictCode
from store.entries import Entry
from store.vocabulary import EntryKind, NumberType, ServiceKind, ServiceMode

A, B, C = "+12125550100", "+12125550101", "+12125550109"
HEADER = Header(ServiceKind.WEBEX_CLOUD_CONNECT, ServiceMode.NON_INTEGRATED, NumberType.USER, None, 2, 10_000)
JUDGE = Judge(Rules(LocationCountry("US", "1"), Policy(), HEADER, max_range_size=100))


def rows(content: str | bytes, limits: FileLimits | None = None) -> list[FileRow]:
    """Read a whole file."""
    data = content.encode() if isinstance(content, str) else content
    return list(read_rows(io.BytesIO(data), limits or FileLimits()))


def cells(content: str | bytes) -> list[tuple[int, str, str | None]]:
    """Read line, number and range end of each row."""
    return [(row.line, row.raw_first, row.raw_last) for row in rows(content)]


def entries(content: str | bytes) -> list[Entry]:
    """Read each row of a file as an entry."""
    return [Entry(row.line, EntryKind.FILE_ROW, row.raw_first, row.raw_last) for row in rows(content)]


def codes(content: str | bytes) -> list[str | None]:
    """Judge each row of a file."""
    return [part.code for entry in entries(content) for part in JUDGE.parts(entry)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_delimiters_line_ends_and_encodings_do_not_matter(delimiter: str, end: str, encoding: str) -> None:
    """Every combination reads alike."""
    lines = [("Number", "Range End", "Caf\u00e9"), (A, "", "x"), (B, C, "y")]
    content = "".join(delimiter.join(line) + end for line in lines).encode(encoding)
    assert cells(content) == [(2, A, None), (3, B, C)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_separator_line_decides_and_counts_as_a_line(delimiter: str, quote: str) -> None:
    """Whatever else is in the file."""
    content = f"{quote}sep={delimiter}{quote}\r\nNumber{delimiter}a;b,c\r\n{A}{delimiter}1,2;3\r\n"
    assert cells(content) == [(3, A, None)]


def test_lines_are_those_of_the_file_and_blank_ones_are_skipped() -> None:
    """Header, blank lines, lines of delimiters and cells of several lines are counted."""
    content = f'\r\nNumber,Note\r\n\r\n{A},"one\r\ntwo"\r\n , \u00a0\r\n,\r\n{B},x\r\n'
    assert cells(content) == [(4, A, None), (8, B, None)]


def test_one_column_without_a_header_is_read() -> None:
    """From the first line on, with or without an end of the last."""
    assert cells(f"{A}\n{B}") == [(1, A, None), (2, B, None)]


def test_two_columns_without_a_header_are_ranges() -> None:
    """Each row has its own end, or none."""
    assert cells(f"{A},{C}\n{B},\n") == [(1, A, C), (2, B, None)]


def test_extra_columns_without_a_header_are_ignored() -> None:
    """Names are no range ends."""
    assert cells(f"{A},Anna,42\n{B},Bert,43\n") == [(1, A, None), (2, B, None)]


def test_columns_are_found_by_name_in_any_order_and_case() -> None:
    """What is not known is ignored, but kept with the row."""
    found = rows(
        f"note;RANGE END;cac value;number;Number Type;Webex Phone Type;Service Info\nx;{C};5;{A};Service;DID;Fax\n"
    )
    overrides = {Column.NUMBER_TYPE: "Service", Column.PHONE_TYPE: "DID", Column.CAC: "5", Column.SERVICE_INFO: "Fax"}
    assert found == [FileRow(2, A, C, overrides, ["x", C, "5", A, "Service", "DID", "Fax"])]


def test_empty_overrides_are_left_out() -> None:
    """The upload's own value counts there."""
    assert rows(f"Number,CAC value\n{A},\n{B}, \n")[1].overrides == {}


@pytest.mark.parametrize(
    "content",
    [
        f'"Number","Note"\n"{A}","x"\n',
        f'"Number" , "Note"\n"{A}" , "x" \n',
        f'\u00a0"Number"\u00a0,"Note"\n\u00a0"{A}"\u00a0,"x"\n',
        f"Number,Note\n\u00a0{A}\u200b ,x\n",
        f"Number,Note\n'{A},x\n",
        f'Number,Note\n="{A}",x\n',
        f'Number,Note\n"=""{A}""",x\n',
        f"\ufeff\ufeffNumber,Note\n\ufeff{A},x\n",
    ],
)
def test_quotes_and_invisible_characters_do_no_harm(content: str) -> None:
    """Every one of them is a valid number."""
    assert codes(content) == [None]


def test_a_quoted_cell_may_hold_delimiters_and_quotes() -> None:
    """As RFC 4180 has it."""
    assert rows(f'Number,Service info\n{A},"Fax, ""main"" line; 2"\n')[0].overrides == {
        Column.SERVICE_INFO: 'Fax, "main" line; 2'
    }


@pytest.mark.parametrize(
    "content",
    [
        "Number\n1,21279E+10\n+12125550100\n",
        "1,21279E+10\n+12125550100\n",
        "Number;Note\n1,21279E+10;x\n+12125550100;y\n",
        "Number\n1.21279E+10\n+12125550100\n",
        'Number,Note\n"1,21279E+10",x\n+12125550100,y\n',
    ],
)
def test_a_figure_that_lost_its_digits_is_said_to_have(content: str) -> None:
    """With a decimal comma as well, which is no delimiter."""
    assert codes(content) == [VerdictCode.DIGITS_LOST, None]


def test_damaged_rows_have_verdicts_of_their_own() -> None:
    """The file is read all the same."""
    content = f"Number,Range End\n{A},\n12125550101,\n0012125550101,\n12125550101.0,\n,{C}\n{C},{B}\n{B},{C}\n"
    assert codes(content) == [
        None,
        VerdictCode.PLUS_MISSING,
        VerdictCode.DIALLING_PREFIX,
        VerdictCode.DECIMAL_FIGURE,
        VerdictCode.RANGE_END_MISSING,
        VerdictCode.RANGE_REVERSED,
        None,
    ]


def test_a_row_with_other_cells_only_is_missing_its_number() -> None:
    """It is not skipped in silence."""
    assert codes(f"Number,Note\n,x\n{A},y\n") == [VerdictCode.MISSING_NUMBER, None]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", FileCode.FILE_EMPTY, None),
        (b"\r\n \r\n,,\r\n", FileCode.FILE_EMPTY, None),
        (b"\xef\xbb\xbf", FileCode.FILE_EMPTY, None),
        (b"\xff\xfe", FileCode.FILE_EMPTY, None),
        (b"sep=;\r\n", FileCode.FILE_EMPTY, None),
        (b"Number,Range End\r\n\r\n", FileCode.FILE_HEADER_ONLY, None),
        (b"PK\x03\x04\x14\x00", FileCode.FILE_DAMAGED, None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), FileCode.FILE_IS_SPREADSHEET, None),
        (b"Number\n+1212\x005550100\n", FileCode.FILE_NOT_CSV, None),
        (b"Name,Telefon\nAnna,+12125550100\n", FileCode.FILE_NO_NUMBER_COLUMN, 1),
        (b"\nName\nAnna\n", FileCode.FILE_NO_NUMBER_COLUMN, 2),
        (b'Number,Note\n+12125550100,"open\n+12125550101,x\n', FileCode.FILE_MALFORMED, 2),
        (b'Number,Note\n"+12125550100"x,y\n', FileCode.FILE_MALFORMED, 2),
        (b"Number\n" + b"1" * 20_000, FileCode.FILE_LINE_TOO_LONG, 2),
    ],
)
def test_a_file_that_cannot_be_imported_has_a_code(content: bytes, code: FileCode, line: int | None) -> None:
    """With the line where one is to blame."""
    with pytest.raises(FileRefused) as raised:
        rows(content)
    assert (raised.value.code, raised.value.line) == (code, line)


def test_a_quote_that_never_closes_does_not_fill_the_memory() -> None:
    """The csv module's own limit of a cell ends it."""
    with pytest.raises(FileRefused) as raised:
        rows(f'Number,Note\n{A},"open\n' + f"{B},x\n" * 50_000)
    assert raised.value.code is FileCode.FILE_MALFORMED


def test_rows_above_the_cap_are_refused_at_once() -> None:
    """Header and blank lines do not count."""
    content = f"Number\n\n{A}\n\n{B}\n"
    assert len(rows(content, FileLimits(max_rows=2))) == 2
    with pytest.raises(FileRefused) as raised:
        rows(content, FileLimits(max_rows=1))
    assert (raised.value.code, raised.value.line) == (FileCode.FILE_TOO_MANY_ROWS, 5)


def test_bytes_above_the_cap_are_refused() -> None:
    """Before any row."""
    with pytest.raises(FileRefused) as raised:
        rows(A, FileLimits(max_bytes=11))
    assert raised.value.code is FileCode.FILE_TOO_LARGE


def test_rows_come_one_by_one() -> None:
    """The first are there before the file is read to its end."""
    stream = io.BytesIO(b"Number\n" + b"+12125550100\n" * 500_000)
    first = list(islice(read_rows(stream, FileLimits()), 2))
    assert [row.line for row in first] == [2, 3]
    assert stream.tell() < 100_000
    assert not stream.closed


def test_the_template_imports_cleanly() -> None:
    """As it is downloaded: every row is valid at a US location."""
    tally = Tally()
    for entry in entries(template()):
        tally.add(entry, JUDGE.parts(entry))
    assert (tally.entries, tally.total, tally.invalid, tally.warnings) == (3, 12, 0, 0)


def test_the_template_has_a_column_for_each_field_of_the_dialog_and_fills_none() -> None:
    """What is left empty is taken from the upload, in an Integrated and in a Non-Integrated service."""
    header = template().decode().splitlines()[0].split(",")
    assert header == ["Number", "Range End", "Number Type", "Webex Phone Type", "CAC Value", "Service Info"]
    columns = columns_of(header, 1)
    assert columns is not None
    assert [list(columns.indexes[column]) for column in Column] == [[0], [1], [2], [3], [4], [5]]
    assert [row.overrides for row in rows(template())] == [{}, {}, {}]


def test_no_cell_of_the_template_is_a_formula_to_a_spreadsheet() -> None:
    """None begins with + - = or @."""
    found = [cell for line in template().decode().splitlines() for cell in line.split(",")]
    assert [cell for cell in found if cell.startswith(("+", "-", "=", "@"))] == []
