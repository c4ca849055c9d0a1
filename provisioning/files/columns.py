"""Which column of a file holds what, by the names in its header."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from provisioning.files.faults import FileCode, FileRefused
from provisioning.numbering.e164 import decode, is_blank, parse
from store.vocabulary import Word


class Column(Word):
    """What a column of an imported file can hold; its value is not checked when the file is read."""

    NUMBER = "NUMBER", "A number, or the first number of a range."
    RANGE_END = "RANGE_END", "The last number of a range; empty for a single number."
    NUMBER_TYPE = "NUMBER_TYPE", "User, Service or Contact Center, instead of the upload's."
    PHONE_TYPE = "PHONE_TYPE", "The Webex phone type, instead of the upload's."
    CAC = "CAC", "The CAC value, instead of the upload's."
    SERVICE_INFO = "SERVICE_INFO", "The service info, instead of the upload's."


_NAMES: Mapping[Column, frozenset[str]] = {
    Column.NUMBER: frozenset(
        {
            "number",
            "numbers",
            "phone number",
            "phonenumber",
            "telephone number",
            "e164",
            "e.164",
            "did",
            "number or range start",
            "range start",
            "start",
            "start number",
            "first number",
            "first",
            "from",
        }
    ),
    Column.RANGE_END: frozenset({"range end", "end", "end number", "last number", "last", "to"}),
    Column.NUMBER_TYPE: frozenset({"number type", "type"}),
    Column.PHONE_TYPE: frozenset({"webex phone type", "phone type"}),
    Column.CAC: frozenset({"cac value", "cac"}),
    Column.SERVICE_INFO: frozenset({"service info", "service information"}),
}
"""The header names that are known, as `_name` writes them. The first of each is the template's."""

_NUMBER_LIKE = re.compile(r"""[='"+(]*[0-9][0-9\s().+\-/,eE]{5,}"?""")
"""What stands where a number is meant, damaged or not: enough to take a second column for range ends."""


_NUMBER_BEGINS = frozenset("+0123456789")
"""How a cell begins that is not blank, seen at a glance; with any other beginning it takes a closer look."""

_BEYOND = sys.maxsize
"""The index of a column that a file lacks: no row is as long."""

_NO_OVERRIDES: Mapping[Column, str] = MappingProxyType({})
"""What most rows override; one for all of them."""

Record = tuple[int, Sequence[str]]
"""The line that a row begins on, and its cells."""

Known = tuple[str, str | None, Mapping[Column, str]]
"""The known cells of a row, as they stand: number, range end (None for a single number), the others where filled."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a row, by index. A thing that several columns are named after is in the first not empty.

    `number` and `end` are where number and range end stand first; `has_more` says that other columns are known.
    """

    indexes: Mapping[Column, Sequence[int]]
    number: int
    end: int
    has_more: bool

    def known(self, cells: Sequence[str]) -> Known | None:
        """Take the known cells out of a row; blank ones and those a short row lacks are left out.

        None where the whole row is blank.
        """
        size = len(cells)
        first = cells[self.number] if self.number < size else ""
        last = cells[self.end] if self.end < size else ""
        # Millions of rows hold a number and perhaps a range end, and nothing else that is known.
        if (
            first[:1] in _NUMBER_BEGINS
            and (not last or last[0] in _NUMBER_BEGINS)
            and (not self.has_more or size - cells.count("") == 1 + bool(last))
        ):
            return first, last or None, _NO_OVERRIDES
        return self._searched(cells)

    def _searched(self, cells: Sequence[str]) -> Known | None:
        """Look at every known column."""
        if all(map(is_blank, cells)):
            return None
        found: dict[Column, str] = {}
        for column, indexes in self.indexes.items():
            for index in indexes:
                if index < len(cells) and not is_blank(cells[index]):
                    found.setdefault(column, cells[index])
        return found.pop(Column.NUMBER, ""), found.pop(Column.RANGE_END, None), found or _NO_OVERRIDES


def columns_of(header: Sequence[str], line: int) -> Columns | None:
    """Recognise the header of a file; None where the row is data.

    FileRefused FILE_NO_NUMBER_COLUMN where it is a header, by its known names or because no digit is in its first cell,
    that names no column of numbers.
    """
    found = [_column(cell) for cell in header]
    if _is_data(header, found):
        return None
    if Column.NUMBER not in found:
        raise FileRefused(FileCode.FILE_NO_NUMBER_COLUMN, line)
    return _columns({known: [index for index, column in enumerate(found) if column is known] for known in Column})


def columns_without_header(cells: Sequence[str]) -> Columns:
    """Go by the first row: numbers in the first column, and range ends in the second if it looks like numbers."""
    has_ends = len(cells) > 1 and _NUMBER_LIKE.fullmatch(decode(cells[1])) is not None
    return _columns({Column.NUMBER: [0], Column.RANGE_END: [1] if has_ends else []})


def _columns(indexes: Mapping[Column, Sequence[int]]) -> Columns:
    """Prepare what is needed for every row."""
    ends = indexes[Column.RANGE_END]
    known = sum(map(len, indexes.values()))
    return Columns(indexes, indexes[Column.NUMBER][0], ends[0] if ends else _BEYOND, known > 1 + bool(ends))


def _is_data(cells: Sequence[str], found: Sequence[Column | None]) -> bool:
    """Say whether the first row is data: it holds a number, or none of the known names and a digit in front."""
    if any(isinstance(parse(cell), str) for cell in cells):
        return True
    return not any(found) and any(character.isdigit() for character in cells[0])


def _column(cell: str) -> Column | None:
    """Find the column a header cell names."""
    name = _name(cell)
    return next((column for column, names in _NAMES.items() if name in names), None)


def _name(cell: str) -> str:
    """Write a header cell in lower case, with single spaces and without marks such as `*` and `:`."""
    return re.sub(r"[\s_\-]+", " ", decode(cell).casefold()).strip(" *:")
