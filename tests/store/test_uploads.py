"""Runs of consecutive numbers in an upload."""

from provisioning.desk import Desk
from provisioning.uploads.judge import validate
from store import uploads
from store.lookup import Name
from store.paging import Window
from store.uploads import Span
from store.vocabulary import EntryVerdict
from tests.arrange import by_hand, fetch, span, upload


async def runs(desk: Desk, *entries: object, limit: int = 100) -> list[Span]:
    """Judge an upload of these entries and return its runs."""
    filled = await upload(desk, await by_hand(desk), *entries)
    await validate(desk, Name(id=filled.id))
    async with desk.read() as reading:
        return await uploads.spans(reading, filled.id, limit)


async def test_consecutive_numbers_are_one_run_wherever_they_stand(desk: Desk) -> None:
    """Singles and ranges, in any order."""
    found = await runs(desk, "+12125550102", span("+12125550103", "+12125550105"), "+12125550100", "+12125550101")
    assert found == [Span("+12125550100", "+12125550105", 6)]


async def test_a_gap_and_an_invalid_number_begin_a_new_run(desk: Desk) -> None:
    """Only what will be uploaded is shown, ascending."""
    found = await runs(desk, "+12125550107", span("+12125550100", "+12125550102"), "+390212345678")
    assert found == [Span("+12125550100", "+12125550102", 3), Span("+12125550107", "+12125550107", 1)]


async def test_no_more_runs_than_asked_for(desk: Desk) -> None:
    """The lowest ones."""
    found = await runs(desk, "+12125550105", "+12125550101", "+12125550103", limit=2)
    assert [run.first for run in found] == ["+12125550101", "+12125550103"]


async def test_entries_can_be_listed_by_verdict(desk: Desk) -> None:
    """Which rows went wrong is what people look for."""
    filled = await upload(desk, await by_hand(desk), "+12125550100", "nonsense")
    await validate(desk, Name(id=filled.id))
    async with desk.read() as reading:
        wrong = await uploads.entries(reading, filled.id, EntryVerdict.INVALID, Window(10))
        total = await uploads.entries_total(reading, filled.id, EntryVerdict.INVALID)
    assert ([row[0].raw for row in wrong.rows], total) == (["nonsense"], 1)


async def test_counts_are_told_by_name(desk: Desk) -> None:
    """Subscribers get all of them at once."""
    filled = await upload(desk, await by_hand(desk), "+12125550100", "nonsense")
    await validate(desk, Name(id=filled.id))
    counts = uploads.counts(await fetch(desk, filled))
    assert counts == {
        "total": 2,
        "valid": 1,
        "invalid": 1,
        "warnings": 0,
        "submitted": 0,
        "added": 0,
        "failed": 0,
        "withdrawn": 0,
    }
