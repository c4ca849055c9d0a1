"""Zips that would fill the memory, by what a library would keep of them."""

import io
import struct
import zipfile

import pytest

from provisioning.files.faults import FileCode, FileRefused
from provisioning.files.workbook import Damaged, Package
from tests.provisioning.files.workbooks import HEAD, TAIL, packed

PART = "xl/part.xml"
PLENTY = 1_000_000_000


def package(content: bytes, max_unpacked_bytes: int = PLENTY) -> Package:
    """Open a workbook."""
    return Package(io.BytesIO(content), max_unpacked_bytes)


def sheet(rows: str) -> bytes:
    """Make a zip of one worksheet."""
    return packed({PART: f"{HEAD}{rows}{TAIL}"})


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"/></row>\r\n        ' * 1_048_576,
        "<row>" + '<c r="XFD1048576" s="99"/>' * 16_384 + "</row>",
        "<row/>" + '<hyperlink ref="A1" id="1"/>' * 65_530,
        "<si><t>+12125550100</t></si>" * 300_000,
    ],
    ids=["a full sheet", "a full row", "links of all rows", "shared texts"],
)
def test_what_programs_write_is_unpacked_as_it_is(rows: str) -> None:
    """None of the limits is below what people may have."""
    assert package(sheet(rows)).read(PART) == f"{HEAD}{rows}{TAIL}".encode()


@pytest.mark.parametrize("content", ["<c/>" * 300_000, "<c><v>" + "1" * 1_200_000 + "</v></c>"])
def test_a_row_longer_than_rows_can_be_is_refused(content: str) -> None:
    """The library holds a row as a whole: ten million cells are 3 GB."""
    with pytest.raises(FileRefused) as raised:
        package(sheet(f"<row>{content}</row>")).read(PART)
    assert raised.value.code is FileCode.FILE_LINE_TOO_LONG


@pytest.mark.parametrize(
    "rows",
    [
        "<x/>" * 500_001,
        ("<x " + " ".join(f'a{number}=""' for number in range(90_000)) + "/>") * 6,
        "<row/>" + "x" * 34_000_000,
        ("<row/>" + "x" * 100) * 340_000,
        "<row><c/><row><c/></row></row>",
        "<si/>" * 4_194_305,
        f"<x {' ' * 1_500_000}/>",
    ],
    ids=["elements", "attributes", "text", "text between rows", "rows in rows", "shared texts", "a tag"],
)
def test_what_no_program_writes_beside_its_rows_is_refused(rows: str) -> None:
    """The library keeps it to the end."""
    with pytest.raises(Damaged):
        package(sheet(rows)).read(PART)


@pytest.mark.parametrize("name", ["row", "si"])
def test_an_element_of_the_same_name_is_no_row(name: str) -> None:
    """The library does not clear it."""
    with pytest.raises(Damaged):
        package(sheet(f'<y:{name} xmlns:y="y"/>' * 500_001)).read(PART)


def test_a_document_type_is_refused_before_its_entities_grow() -> None:
    """A billion laughs are not heard."""
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(Damaged):
        package(packed({PART: laughs})).read(PART)


def test_no_more_is_unpacked_than_may_be_in_all_parts_together() -> None:
    """A part counts each time."""
    content = packed({PART: f"<x>{' ' * 1_000}</x>"})
    opened = package(content, 2_500)
    assert len(opened.read(PART)) == len(opened.read(PART)) == 1_007
    with pytest.raises(FileRefused) as raised:
        opened.read(PART)
    assert raised.value.code is FileCode.FILE_TOO_LARGE


def test_a_zip_that_says_less_of_a_part_than_it_holds_is_damaged() -> None:
    """No more than it says is handed out."""
    content = bytearray(packed({PART: f"<x>{' ' * 1_000_000}</x>"}))
    struct.pack_into("<L", content, content.index(b"PK\x01\x02") + 24, 3)
    with pytest.raises(zipfile.BadZipFile):
        package(bytes(content), 10).read(PART)


def test_parts_are_packed_as_the_format_has_it() -> None:
    """Of bzip2 and lzma zipfile unpacks all at once."""
    with pytest.raises(Damaged):
        package(packed({PART: "<x/>"}, zipfile.ZIP_BZIP2)).open(PART)


def test_a_zip_of_parts_without_end_is_refused() -> None:
    """Each of them takes memory by its name alone."""
    with pytest.raises(Damaged):
        package(packed({f"xl/{number}": "" for number in range(10_001)}))
