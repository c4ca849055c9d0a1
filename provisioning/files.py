"""Rows out of an imported CSV or text file, and the template that people fill in."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

from provisioning.e164 import is_blank
from provisioning.file_columns import Column, Columns, columns_of, columns_without_header
from provisioning.file_faults import FileCode, FileRefused
from provisioning.file_text import encoding_of, lines

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
    """The caps of one file: its bytes, its rows with content (header aside), the characters of a line."""

    max_bytes: int = 100_000_000
    max_rows: int = 1_000_000
    max_line_chars: int = 10_000


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row with content. `line` counts physical lines from 1, header and blank lines included.

    `raw_last` is None where the row is a single number. `overrides` holds the other known columns that are not empty,
    as they stand. `cells` is the whole row, for the error report.
    """

    line: int
    raw_first: str
    raw_last: str | None
    overrides: Mapping[Column, str]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    """Cells and the line they begin on."""

    line: int
    cells: list[str]


def read_rows(stream: BinaryIO, limits: FileLimits) -> Iterator[FileRow]:
    """Read the rows of a file in their order, a chunk at a time; `stream` has to be seekable and stays open.

    FileRefused as soon as something is known that refuses the whole file: rows given before then do not count.
    """
    encoding = encoding_of(stream, limits.max_bytes)
    with closing(lines(stream, encoding, limits.max_line_chars)) as text:
        yield from _rows_of(_records(text), limits.max_rows)


def template() -> bytes:
    """Make the example file that people download, fill in and import: CSV as RFC 4180 has it, plain ASCII.

    The apostrophe keeps a spreadsheet from reading +1... as a formula or figure, and is taken off at import. The
    numbers are of the block 555-01xx, which is kept for fiction.
    """
    rows = (
        ("Number", "Range End"),
        ("'+12125550100", ""),
        ("'+12125550101", ""),
        ("'+12125550110", "'+12125550119"),
    )
    return "".join(f"{','.join(row)}\r\n" for row in rows).encode("ascii")


def _rows_of(records: Iterator[_Record], max_rows: int) -> Iterator[FileRow]:
    """Go by the header where there is one, else by the first row."""
    first = next(records, None)
    if first is None:
        raise FileRefused(FileCode.FILE_EMPTY)
    columns = columns_of(first.cells, first.line)
    if columns is None:
        columns, records = columns_without_header(first.cells), chain([first], records)
    yield from _rows(records, columns, max_rows)


def _rows(records: Iterable[_Record], columns: Columns, max_rows: int) -> Iterator[FileRow]:
    """Turn records into rows; there has to be one, and not more than `max_rows`."""
    number = 0
    for number, record in enumerate(records, start=1):
        if number > max_rows:
            raise FileRefused(FileCode.FILE_TOO_MANY_ROWS, record.line)
        yield _row(record, columns)
    if number == 0:
        raise FileRefused(FileCode.FILE_HEADER_ONLY)


def _row(record: _Record, columns: Columns) -> FileRow:
    """Take the known cells out of a record."""
    known = columns.known(record.cells)
    first, last = known.pop(Column.NUMBER, ""), known.pop(Column.RANGE_END, None)
    return FileRow(record.line, first, last, known, tuple(record.cells))


def _records(text: Iterator[str]) -> Iterator[_Record]:
    """Split lines into records with content. FileRefused FILE_MALFORMED where the quotes are wrong."""
    sample = list(islice(text, _SAMPLE_LINES))
    separator = _SEPARATOR_LINE.fullmatch(sample[0]) if sample else None
    skipped = 1 if separator else 0
    delimiter = separator["delimiter"] if separator else _delimiter(sample)
    rest = map(_tidy, chain(sample[skipped:], text))
    reader = csv.reader(rest, delimiter=delimiter, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileRefused(FileCode.FILE_MALFORMED, line) from error
        if cells is None:
            return
        if not all(map(is_blank, cells)):
            yield _Record(line, cells)


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
