"""CSV that leaves the house: safe to open in a spreadsheet, and read back by `files` as it was."""

import csv
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from io import StringIO
from types import MappingProxyType

from provisioning.files.columns import Column
from provisioning.numbering.e164 import decode

Row = Sequence[str | int | None]
"""The cells of a line; None is an empty one. What somebody else chose has been through `cell`."""

TITLES: Mapping[Column, str] = MappingProxyType(
    {
        Column.NUMBER: "Number",
        Column.RANGE_END: "Range End",
        Column.NUMBER_TYPE: "Number Type",
        Column.PHONE_TYPE: "Webex Phone Type",
        Column.CAC: "CAC Value",
        Column.SERVICE_INFO: "Service Info",
    }
)
"""What the columns are called that an import knows, in the order of the template."""

_MARK = "\ufeff"
"""The byte-order mark: without it Excel takes UTF-8 for the code page of its country. An import takes it off."""

_FORMULAS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""How formulas begin; spreadsheets of East Asia take the full-width forms too (OWASP, CSV Injection)."""

_BREAKS = frozenset("\t\r\n")
"""What some spreadsheets skip in front of a formula (OWASP, as above)."""

_GUARDED = _FORMULAS | {"'"}
"""Before these an apostrophe is put; before another apostrophe, because an import takes one off."""

_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""Control characters for which an import, and many another program, refuses the whole file."""


def cell(text: str | None) -> str | None:
    """Write a text so that no spreadsheet takes it for a formula: with an apostrophe in front where it might.

    `text_of` gives the text back. Control characters become U+FFFD.
    """
    if text is None:
        return None
    if not text.isprintable():
        text = _UNREADABLE.sub("\ufffd", text)
    return f"'{text}" if _needs_guard(text) else text


def text_of(raw: str) -> str:
    """Read the text of a cell: without the apostrophe that `cell`, or a careful person, has put in front of it."""
    return raw[1:] if raw[:1] == "'" and _needs_guard(raw[1:]) else raw


def text_again(raw: str) -> str | None:
    """Write a cell of an imported file that is a text, so that it reads again as it did."""
    return cell(text_of(raw))


def number_again(raw: str | None) -> str | None:
    """Write a cell of an imported file that is a number or one of our words, so that it reads again as it did.

    It goes through `decode` first: an apostrophe or ="..." that a spreadsheet had put around it must not pile up.
    """
    return None if raw is None else cell(decode(raw))


async def pieces(header: Row, chunks: AsyncIterator[Iterable[Row]]) -> AsyncIterator[bytes]:
    """Write a file as RFC 4180 has it, in UTF-8: a piece for each chunk, the header with the first."""
    before = _MARK.encode() + _lines([header])
    async for rows in chunks:
        yield before + _lines(rows)
        before = b""
    if before:
        yield before


def _needs_guard(text: str) -> bool:
    return text[:1] in _BREAKS or text.lstrip()[:1] in _GUARDED


def _lines(rows: Iterable[Row]) -> bytes:
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode()
