"""Rows out of an imported file, CSV, text or .xlsx, and the template that people fill in."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO, NamedTuple

from provisioning.files.columns import Column, Columns, Record, columns_of, columns_without_header
from provisioning.files.faults import FileCode, FileRefused
from provisioning.files.sheets import is_package, sheet_records
from provisioning.files.text import encoding_of, lines
from provisioning.numbering.e164 import is_blank

_DELIMITERS = ";\t,"
"""The delimiters that are recognised, the likelier first where counts are equal (a comma may be a decimal comma)."""

_SAMPLE_LINES = 50
"""How many lines are looked at to find the delimiter where the first line does not show it."""

_SEPARATOR_LINE = re.compile(r'\s*"?sep=(?P<delimiter>[;,\t])"?\s*', re.IGNORECASE)
"""How a first line tells a spreadsheet its delimiter; it is no row."""

_NOT_DELIMITING = re.compile(r'"[^"]*"|[0-9],[0-9]+[eE]\+?[0-9]+')
"""Where a comma or semicolon separates nothing: in quotes, and in a figure such as 1,21279E+10."""

_QUOTED = re.compile(
    r'(^|[;,\t])[ \u00a0\u200b\ufeff]*("[^"]*(?:""[^"]*)*")[ \u00a0\u200b\ufeff]*(?=[;,\t\r\n]|\Z)',
)
"""A quoted cell with space around it, which the csv module would take for text in front and refuse behind."""


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The caps of one file: its bytes, its rows with content (header aside), the characters of a line or row."""

    max_bytes: int = 100_000_000
    max_rows: int = 1_000_000
    max_line_chars: int = 10_000


class FileRow(NamedTuple):
    """One row with content. `line` counts the lines of a file or the rows of a worksheet from 1, blank ones included.

    `raw_last` is None where the row is a single number. `overrides` holds the other known columns that are not empty,
    as they stand. `cells` is the whole row, for the error report.
    """

    line: int
    raw_first: str
    raw_last: str | None
    overrides: Mapping[Column, str]
    cells: Sequence[str]


def read_rows(stream: BinaryIO, limits: FileLimits) -> Iterator[FileRow]:
    """Read the rows of a text file or workbook in their order, a chunk at a time.

    `stream` has to be seekable, and stays open.

    FileRefused as soon as something is known that refuses the whole file: rows given before then do not count.
    """
    yield from _rows(_records(stream, limits), limits.max_rows)


def template() -> bytes:
    """Make the example file that people download, fill in and import: CSV as RFC 4180 has it, plain ASCII.

    The apostrophe keeps a spreadsheet from reading +1... as a formula or figure, and is taken off at import. The
    numbers are of the block 555-01xx, which is kept for fiction. Columns left empty take the upload's own values, so
    that the example imports into any service.
    """
    rows = (
        ("Number", "Range End", "Number Type", "Webex Phone Type", "CAC Value", "Service Info"),
        ("'+12125550100", "", "", "", "", ""),
        ("'+12125550101", "", "", "", "", ""),
        ("'+12125550110", "'+12125550119", "", "", "", ""),
    )
    return "".join(f"{','.join(row)}\r\n" for row in rows).encode("ascii")


def _rows(records: Iterator[Record], max_rows: int) -> Iterator[FileRow]:
    """Turn records into rows; there has to be one with content behind the header, and not more than `max_rows`."""
    columns, rest = _headed(records)
    number = 0
    for line, cells in rest:
        known = columns.known(cells)
        if known is None:
            continue
        number += 1
        if number > max_rows:
            raise FileRefused(FileCode.FILE_TOO_MANY_ROWS, line)
        first, last, overrides = known
        yield FileRow(line, first, last, overrides, cells)
    if number == 0:
        raise FileRefused(FileCode.FILE_HEADER_ONLY)


def _headed(records: Iterator[Record]) -> tuple[Columns, Iterable[Record]]:
    """Go by the header where there is one, else by the first row."""
    first = next((record for record in records if not all(map(is_blank, record[1]))), None)
    if first is None:
        raise FileRefused(FileCode.FILE_EMPTY)
    line, cells = first
    columns = columns_of(cells, line)
    return (columns, records) if columns else (columns_without_header(cells), chain([first], records))


def _records(stream: BinaryIO, limits: FileLimits) -> Iterator[Record]:
    """Read a file as what it is, whatever it is called."""
    if is_package(stream):
        return sheet_records(stream, limits.max_bytes, limits.max_line_chars)
    return _text_records(lines(stream, encoding_of(stream, limits.max_bytes), limits.max_line_chars))


def _text_records(text: Iterator[str]) -> Iterator[Record]:
    """Split lines into records. FileRefused FILE_MALFORMED where the quotes are wrong."""
    sample = list(islice(text, _SAMPLE_LINES))
    separator = _SEPARATOR_LINE.fullmatch(sample[0]) if sample else None
    skipped = 1 if separator else 0
    delimiter = separator["delimiter"] if separator else _delimiter(sample)
    rest = map(_tidy, chain(sample[skipped:], text))
    reader = csv.reader(rest, delimiter=delimiter, strict=True)
    line = skipped + 1
    try:
        for cells in reader:
            yield line, cells
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise FileRefused(FileCode.FILE_MALFORMED, line) from error


def _delimiter(sample: Sequence[str]) -> str:
    """Find the delimiter: by the first line with content, else by all of the sample; `;` where there is one column."""
    first = next((line for line in sample if line.strip()), "")
    for text in (first, "".join(sample)):
        counts = Counter(_NOT_DELIMITING.sub("", text))
        best = max(_DELIMITERS, key=lambda delimiter: counts[delimiter])
        if counts[best]:
            return best
    return _DELIMITERS[0]


def _tidy(line: str) -> str:
    """Take away the space between a quote and a delimiter."""
    return _QUOTED.sub(r"\1\2", line) if '"' in line else line
