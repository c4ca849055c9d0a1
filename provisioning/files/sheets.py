"""Rows out of an .xlsx workbook: its first visible worksheet that has content, read row by row."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from os import SEEK_END
from typing import Any, BinaryIO

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import Stylesheet
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import ARC_STYLE
from openpyxl.xml.functions import fromstring

from provisioning.files.columns import Record
from provisioning.files.faults import FileCode, FileRefused
from provisioning.files.figures import cell_text
from provisioning.files.workbook import Damaged, Package

_SIGNATURE = b"PK\x03\x04"
"""How a zip begins."""

_UNPACKED_TO_PACKED = 10
"""How much more XML than file there may be: rows of numbers in XML take seven times what they take in CSV."""

_MAX_COLUMNS = 16_384
"""XFD, the last column of a worksheet (Excel specifications and limits)."""

_MAX_ROWS = 1_048_576
"""The last row of a worksheet (Excel specifications and limits)."""

_Row = tuple[int, list[dict[str, Any]]]
"""The number of a row in its worksheet, and its cells as the library gives them."""

# The library warns of what it leaves out, such as formats and filters; nothing of it bears on what cells hold.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


def is_package(stream: BinaryIO) -> bool:
    """Say whether a file begins as workbooks do, whatever it is called."""
    stream.seek(0)
    return stream.read(len(_SIGNATURE)) == _SIGNATURE


def sheet_records(stream: BinaryIO, max_bytes: int, max_row_chars: int) -> Iterator[Record]:
    """Read the rows that are not empty, each with its number in the worksheet.

    FileRefused: FILE_TOO_LARGE, FILE_IS_SPREADSHEET, FILE_NOT_CSV, FILE_DAMAGED, FILE_LINE_TOO_LONG.
    """
    if stream.seek(0, SEEK_END) > max_bytes:
        raise FileRefused(FileCode.FILE_TOO_LARGE)
    try:
        for rows in _visible_sheets(stream, max_bytes * _UNPACKED_TO_PACKED):
            has_content = False
            for line, cells in rows:
                texts = _texts(line, cells, max_row_chars)
                if texts:
                    has_content = True
                    yield line, texts
            if has_content:
                return
    except FileRefused:
        raise
    # What is wrong with a workbook comes out of the library, zipfile and expat as exceptions of a dozen kinds.
    except Exception as error:
        raise FileRefused(FileCode.FILE_DAMAGED) from error


def _visible_sheets(stream: BinaryIO, max_unpacked_bytes: int) -> Iterator[Iterator[_Row]]:
    """Find the worksheets that are seen, in their order. FILE_IS_SPREADSHEET where the library finds none at all.

    The steps are those of openpyxl.load_workbook, without the parts of a workbook that do not matter here.
    """
    package = Package(stream, max_unpacked_bytes)
    reader = ExcelReader(stream, read_only=True, data_only=True, keep_links=False)
    reader.archive = package
    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    sheets = list(reader.parser.find_sheets())
    if not sheets:  # as in the variant "Strict" of the format, whose names are others
        raise FileRefused(FileCode.FILE_IS_SPREADSHEET)
    styles = _styles(package)
    for sheet, relation in sheets:
        if sheet.state == "visible" and relation.Type.endswith("/worksheet"):
            with package.open(relation.target) as part:
                yield _rows(
                    WorkSheetParser(
                        part,
                        reader.shared_strings,
                        data_only=True,
                        epoch=reader.wb.epoch,
                        date_formats=styles.date_formats,
                        timedelta_formats=styles.timedelta_formats,
                    )
                )


def _styles(package: Package) -> Any:
    """Read the formats of cells; of any type, because the stubs know nothing of `date_formats`."""
    tree: Any = fromstring(package.read(ARC_STYLE)) if ARC_STYLE in package.namelist() else None
    return Stylesheet() if tree is None else Stylesheet.from_tree(tree)


def _rows(parser: WorkSheetParser) -> Iterator[_Row]:
    """Read a worksheet.

    ReadOnlyWorksheet.iter_rows would read it with the same parser, but it keeps what each row says of its height,
    750 MB for a million rows of LibreOffice, reads a sheet twice that does not say its size, and drops rows that are
    out of order.
    """
    last = 0
    for line, cells in parser.parse():
        if not last < line <= _MAX_ROWS:
            raise Damaged
        last = line
        parser.row_dimensions.clear()
        yield line, cells


def _texts(line: int, cells: Iterable[Mapping[str, Any]], max_chars: int) -> list[str]:
    """Write the cells of a row as text, each where it belongs; none where all are blank."""
    filled = [(cell["column"], text) for cell in cells if (text := cell_text(cell["value"])) and not text.isspace()]
    if not filled:
        return []
    width = max(column for column, _ in filled)
    if width > _MAX_COLUMNS:
        raise Damaged
    if width - 1 + sum(len(text) for _, text in filled) > max_chars:
        raise FileRefused(FileCode.FILE_LINE_TOO_LONG, line)
    texts = [""] * width
    for column, text in filled:
        texts[column - 1] = text
    return texts
