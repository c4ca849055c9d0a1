"""Odd and damaged files through the use cases: opened, imported, judged, and read back from the database."""

from dataclasses import replace
from io import BytesIO

import pytest
from sqlmodel import col

from provisioning.desk import Desk
from provisioning.errors import RuleBroken
from provisioning.uploads.fill import import_file
from provisioning.uploads.judge import validate
from provisioning.uploads.start import start
from store import entries
from store.lookup import Name
from store.tables import Upload, UploadEntry
from store.vocabulary import EntryVerdict
from tests.arrange import Dialog, by_hand, entries_of, header, rows, submitted
from tests.provisioning.corpus.cases import CASES, FOLDER, Case, Expected, Outcome, Refusal

PASSING = (EntryVerdict.VALID, EntryVerdict.WARNING)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_file_comes_to_just_this(desk: Desk, case: Case) -> None:
    """Every row and part has its verdict, or the whole file its refusal."""
    dialog = await world(desk, case)
    assert await outcome(replace(desk, limits=case.limits), dialog, case) == case.expected


@pytest.mark.parametrize("case", [case for case in CASES if case.ranges is not None], ids=lambda case: case.name)
async def test_what_is_valid_is_shown_as_ranges(desk: Desk, case: Case) -> None:
    """Neighbours together, wherever they stand in the file."""
    dialog = await world(desk, case)
    await outcome(desk, dialog, case)
    (made,) = await rows(desk, Upload, col(Upload.id), col(Upload.location_id) == dialog.location.id)
    async with desk.read() as reading:
        found = await entries.spans(reading, made.id, 100)
    assert tuple("-".join(dict.fromkeys((run.first, run.last))) for run in found) == case.ranges


async def world(desk: Desk, case: Case) -> Dialog:
    """Make what is there before the file comes."""
    dialog = await by_hand(desk, country=case.country)
    if case.here:
        await submitted(desk, dialog, *case.here)
    if case.elsewhere:
        await submitted(desk, await by_hand(desk, country=case.country), *case.elsewhere)
    return dialog


def test_every_file_of_the_corpus_is_in_a_case() -> None:
    """None lies there unread."""
    lying = {path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".txt")}
    assert lying - {case.name for case in CASES} == set()


async def outcome(desk: Desk, dialog: Dialog, case: Case) -> Expected:
    """Import a file and say what came of it; the one place that knows the use cases."""
    name = Name(id=(await start(desk, header(dialog))).id)
    try:
        imported = await import_file(desk, name, BytesIO(case.content), guess=case.guess)
    except RuleBroken as refused:
        said = refused.explanation
        return Refusal(
            refused.rule, int(said.removeprefix("Line ").split(":")[0]) if said.startswith("Line ") else None
        )
    await validate(desk, name)
    return tuple(told(entry) for entry in await entries_of(desk, imported))


def told(entry: UploadEntry) -> Outcome:
    """Say what came of a row or part."""
    ends = () if entry.first is None else dict.fromkeys((entry.first, str(entry.last)))
    numbers = "-".join(ends) if entry.verdict in PASSING else None
    return Outcome(
        entry.line or 0, entry.raw, entry.raw_last, entry.verdict, entry.code, numbers, tuple(entry.repairs or ())
    )
