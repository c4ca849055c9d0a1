"""The error report of an upload: what was not taken, and why, in a file that is corrected and imported again."""

from collections.abc import AsyncIterator

from provisioning.desk import Desk
from provisioning.downloads.download import Download, chunks
from provisioning.files.columns import Column
from provisioning.files.writing import TITLES, Row, cell, number_again, pieces, text_again
from store import entries, exports, tables
from store.lookup import Name, one
from store.vocabulary import EntryVerdict

FINDINGS = ("Part Start", "Part End", "Verdict", "Code", "Reason")
"""What was found. None of these titles is one that an import knows, so that it ignores them."""


async def error_report(desk: Desk, upload: Name, verdict: EntryVerdict) -> Download:
    """Write a line for each entry, or part of one, with this verdict, in the order of the file.

    The first cells are the entry's own, under the titles that an import knows, whatever they were called in the file:
    correct them and import the very file. Part Start and Part End say which of the numbers of a range it is about.
    Where rows of the file held more than that, all of their cells follow as Original 1, Original 2 and so on: nobody
    keeps the titles of columns that are not known, and people recognise their rows by what stands beside the number.

    Raises NotFound.
    """
    async with desk.read() as reading:
        row = await one(reading, tables.Upload, upload)
        width = await exports.widest_row(reading, row.id, verdict)
    header = ("Line", *TITLES.values(), *FINDINGS, *(f"Original {number + 1}" for number in range(width)))
    kind = "warnings" if verdict is EntryVerdict.WARNING else "errors"
    return Download(f"upload-{kind}-{row.created_at:%Y-%m-%d-%H%M%S}.csv", pieces(header, _lines(desk, row, verdict)))


async def _lines(desk: Desk, upload: tables.Upload, verdict: EntryVerdict) -> AsyncIterator[list[Row]]:
    reading = chunks(desk, entries.IN_ORDER, lambda found, window: entries.listing(found, upload.id, verdict, window))
    async for rows in reading:
        yield [_line(entry) for (entry,) in rows]


def _line(entry: tables.UploadEntry) -> Row:
    overrides = entry.overrides or {}
    return (
        entry.line,
        number_again(entry.raw),
        number_again(entry.raw_last),
        number_again(overrides.get(Column.NUMBER_TYPE)),
        number_again(overrides.get(Column.PHONE_TYPE)),
        number_again(overrides.get(Column.CAC)),
        text_again(overrides.get(Column.SERVICE_INFO, "")),
        cell(entry.first),
        cell(entry.last),
        entry.verdict,
        entry.code,
        cell(entry.message),
        *map(text_again, entry.cells or ()),
    )
