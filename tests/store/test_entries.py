"""The entries of uploads: written as PostgreSQL reads them, read back, compared."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioning.desk import Desk
from provisioning.files.columns import Column
from store import entries, staging
from store.entries import Entry, EntryFigures, Figures, Part
from store.errors import TextInvalid
from store.paging import Window
from store.spans import Span
from store.tables import Upload
from store.vocabulary import EntryKind, EntryVerdict, NumberType, WebexPhoneType
from tests.arrange import by_hand, imported, judged, provider, scope_of, seen_by, span, upload

NASTY = [
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\\",
    "\\N",
    "\\.",
    "\\\\N",
    "\\t",
    "\\x41",
    "a\\",
    "'",
    '"',
    '""',
    "{}",
    "{a,b}",
    "NULL",
    "null",
    ",",
    "\x01\x08\x0b\x0c\x1b\x7f",
    "\u0085\u2028\ufeff\u200b",
    "\U0001f600\U0010ffff\ufffe",
    "+12125550100\t\\N\n\\.\n",
    '{"a": "b"}\\"',
]
GOOD = Part("+12125550100", "+12125550100", 1, "1", "212", EntryVerdict.VALID)
UNSTORABLE = ["\x00", "a\x00b", "\ud800", "\udfff", "a\ud83d"]


def row(raw: str, **more: Any) -> Entry:
    """Read a row of a file."""
    return Entry(0, EntryKind.FILE_ROW, raw, line=2, **more)


async def kept(desk: Desk, to: Upload, *found: tuple[Entry, Sequence[Part]]) -> list[tuple[Entry, Sequence[Part]]]:
    """Store entries and read them back."""
    positions = [entry.position for entry, _ in found]
    async with desk.begin() as transaction:
        await entries.remove(transaction, to.id, positions)
        await staging.append(transaction, to, found)
        return list(await entries.judged_at(transaction, to.id, positions))


@pytest.fixture
async def draft(desk: Desk) -> Upload:
    """An upload without entries."""
    return await upload(desk, await by_hand(desk))


async def test_every_text_comes_back_as_it_was(desk: Desk, draft: Upload) -> None:
    """In each of the places where texts stand."""
    found = [
        (
            Entry(at, EntryKind.RANGE, text, text, overrides={Column.SERVICE_INFO: text}, cells=[text, "", text]),
            [GOOD._replace(message=text, code="CODE", repairs=[text], number_type=NumberType.USER, service_info=text)],
        )
        for at, text in enumerate(NASTY)
    ]
    assert await kept(desk, draft, *found) == found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")), min_size=3))
async def test_any_texts_come_back(desk: Desk, draft: Upload, texts: list[str]) -> None:
    """Whatever people write."""
    entry = Entry(0, EntryKind.RANGE, texts[0], texts[1], 7, overrides={Column.CAC: texts[2]}, cells=texts)
    assert await kept(desk, draft, (entry, [GOOD])) == [(entry, [GOOD])]


@pytest.mark.parametrize("text", UNSTORABLE, ids=ascii)
@pytest.mark.parametrize(
    "place",
    [
        lambda text: (row(text), GOOD),
        lambda text: (row("+12125550100", raw_last=text), GOOD),
        lambda text: (row("+12125550100", overrides={Column.CAC: text}), GOOD),
        lambda text: (row("+12125550100", cells=["a", text]), GOOD),
        lambda text: (row("+12125550100"), GOOD._replace(number_type=NumberType.USER, service_info=text)),
    ],
    ids=["raw", "last", "overrides", "cells", "service info"],
)
def test_what_postgresql_does_not_store_is_refused(text: str, place: Any) -> None:
    """With the one error that says so, before anything is sent."""
    entry, part = place(text)
    owner = Upload(provider_id="p", customer_id="c", id="u")
    with pytest.raises(TextInvalid):
        staging.encode(owner, [(entry, [part])])


@pytest.mark.parametrize("overrides", [None, {Column.CAC: "30"}], ids=["none", "some"])
@pytest.mark.parametrize("cells", [None, ["+12125550100", "x"]], ids=["bare", "whole row"])
@pytest.mark.parametrize("guess", [False, True])
async def test_a_number_that_was_read_as_it_stands_loses_nothing_beside_it(
    desk: Desk,
    draft: Upload,
    overrides: Any,
    cells: Any,
    guess: bool,  # noqa: FBT001  # what is tried
) -> None:
    """The short way for most lines of a file is for those lines only."""
    entry = row(str(GOOD.first), overrides=overrides, cells=cells, guess=guess)
    assert await kept(desk, draft, (entry, [GOOD])) == [(entry, [GOOD])]


@pytest.mark.parametrize(
    "part",
    [
        Part(None, None, 1, None, None, EntryVerdict.INVALID, "NOT_E164", "Write a plus."),
        GOOD._replace(verdict=EntryVerdict.WARNING, code="OTHER_COUNTRY", message="Check it."),
        GOOD._replace(repairs=["PLUS_ADDED", "DECIMALS_REMOVED"]),
        GOOD._replace(number_type=NumberType.CONTACT_CENTER),
        GOOD._replace(number_type=NumberType.USER, phone_type=WebexPhoneType.TOLLFREE, cac=2, service_info=""),
        GOOD._replace(calling_code="39", area_code=""),
    ],
)
async def test_every_finding_comes_back(desk: Desk, draft: Upload, part: Part) -> None:
    """Nothing is mistaken for nothing."""
    entry = Entry(3, EntryKind.SINGLE, "x")
    assert await kept(desk, draft, (entry, [part, GOOD])) == [(entry, [part, GOOD])]


async def spans(desk: Desk, of: Upload, limit: int = 100) -> list[Span]:
    """Return the runs of an upload."""
    async with desk.read() as reading:
        return await entries.spans(reading, of.id, limit)


async def test_consecutive_numbers_are_one_run_wherever_they_stand(desk: Desk) -> None:
    """Singles and ranges, in any order."""
    typed = ("+12125550102", span("+12125550103", "+12125550105"), "+12125550100", "+12125550101")
    assert await spans(desk, await judged(desk, await by_hand(desk), *typed)) == [
        Span("+12125550100", "+12125550105", 6)
    ]


async def test_a_gap_and_an_invalid_number_begin_a_new_run(desk: Desk) -> None:
    """Only what will be uploaded is shown, ascending."""
    typed = ("+12125550107", span("+12125550100", "+12125550102"), "+390212345678", "+12125550101")
    assert await spans(desk, await judged(desk, await by_hand(desk), *typed)) == [
        Span("+12125550100", "+12125550102", 3),
        Span("+12125550107", "+12125550107", 1),
    ]


async def test_runs_keep_leading_zeros(desk: Desk) -> None:
    """Rome."""
    made = await judged(desk, await by_hand(desk, country="IT"), span("+390612345600", "+390612345609"))
    assert await spans(desk, made) == [Span("+390612345600", "+390612345609", 10)]


async def test_no_more_runs_than_asked_for(desk: Desk) -> None:
    """The lowest ones."""
    made = await judged(desk, await by_hand(desk), "+12125550105", "+12125550101", "+12125550103")
    assert [run.first for run in await spans(desk, made, limit=2)] == ["+12125550101", "+12125550103"]


async def test_entries_can_be_listed_by_verdict(desk: Desk) -> None:
    """Which rows went wrong is what people look for."""
    filled = await upload(desk, await by_hand(desk), "+12125550100", "nonsense")
    async with desk.read() as reading:
        wrong = await entries.listing(reading, filled.id, EntryVerdict.INVALID, Window(10))
        total = await entries.total(reading, filled.id, EntryVerdict.INVALID)
    assert ([row[0].raw for row in wrong.rows], total) == (["nonsense"], 1)


async def test_problems_come_in_order_up_to_a_limit(desk: Desk) -> None:
    """Warnings among them, for they are worth a look."""
    filled = await upload(desk, await by_hand(desk), "a", "+12125550100", "+14165550100", "b")
    async with desk.read() as reading:
        found = await entries.problems(reading, filled.id, 2)
    assert [entry.raw for entry in found] == ["a", "+14165550100"]


async def test_an_entry_counts_once_however_many_parts_it_has(desk: Desk) -> None:
    """And its numbers each."""
    filled = await upload(desk, await by_hand(desk), span("+12121999999", "+12122000001"), "a", "+12125550100")
    await imported(desk, filled, "Number,Range End\n+14165550100,\n+12121999999,+12122000001\n")
    async with desk.read() as reading:
        assert await entries.entry_figures(reading, filled.id) == EntryFigures(5, 3)
        assert await entries.figures(reading, filled.id) == Figures(rows=2, total=9, valid=6, warnings=1)


async def test_an_upload_without_entries_counts_nothing(desk: Desk, draft: Upload) -> None:
    """All figures are 0, and the first entry gets the first place."""
    async with desk.read() as reading:
        assert await entries.figures(reading, draft.id) == Figures(0, 0, 0, 0)
        assert await entries.entry_figures(reading, draft.id) == EntryFigures(0, 0)
        assert await entries.following(reading, draft.id) == 0


async def test_entries_are_seen_by_those_who_see_the_upload(desk: Desk) -> None:
    """And touched by nobody else."""
    filled = await upload(desk, await by_hand(desk), "+12125550100")
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    async with stranger.begin() as transaction:
        assert await entries.judged_at(transaction, filled.id, [0]) == []
        assert await entries.originals(transaction, filled.id, -1, 10, ()) == []
        assert await entries.spans(transaction, filled.id, 10) == []
        assert await entries.problems(transaction, filled.id, 10) == []
        assert await entries.figures(transaction, filled.id) == Figures(0, 0, 0, 0)
        assert await entries.remove(transaction, filled.id, [0]) == {}


async def test_originals_are_read_in_pages(desk: Desk) -> None:
    """As they came, each once, whichever part has the code."""
    typed = ("a", span("+12121999999", "+12122000001"), "+12125550100", "b")
    filled = await upload(desk, await by_hand(desk), *typed)
    async with desk.read() as reading:
        first = await entries.originals(reading, filled.id, -1, 2, ())
        rest = await entries.originals(reading, filled.id, 1, 9, ())
        unknown = await entries.originals(reading, filled.id, -1, 9, ["INVALID_NUMBER"])
    assert [entry.position for entry in (*first, *rest)] == [0, 1, 2, 3]
    assert unknown == [Entry(1, EntryKind.RANGE, "+12121999999", "+12122000001")]
