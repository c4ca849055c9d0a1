"""Judging the entries of one upload."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.e164 import LocationCountry, Policy
from provisioning.judging import (
    Counts,
    Entry,
    Rules,
    Segment,
    TooManyNumbers,
    count,
    judge_entries,
    mark_held,
)
from provisioning.ranges import to_e164
from provisioning.repairs import Repair
from provisioning.verdicts import VerdictCode
from store.vocabulary import EntryKind, EntryVerdict

RULES = Rules(LocationCountry("US", "1"), Policy(), max_range_size=1_000, max_numbers=10_000)
GUESSING = Rules(LocationCountry("US", "1"), Policy(), max_range_size=1_000, max_numbers=10_000, guess=True)
BLOCK = 12_125_550_000
VALID, WARNING, INVALID = EntryVerdict.VALID, EntryVerdict.WARNING, EntryVerdict.INVALID
DUPLICATE, TAKEN, HERE = VerdictCode.DUPLICATE_IN_UPLOAD, VerdictCode.TAKEN, VerdictCode.ALREADY_ON_SERVICE

Line = tuple[int, int, str | None, str | None, EntryVerdict, VerdictCode | None]


def number(offset: int) -> str:
    """Make a valid number of the block."""
    return to_e164(BLOCK + offset)


def single(position: int, raw: str) -> Entry:
    """Type in one number."""
    return Entry(position, EntryKind.SINGLE, raw)


def block(position: int, first: int, last: int) -> Entry:
    """Type in a range of the block."""
    return Entry(position, EntryKind.RANGE, number(first), number(last))


def judged(entries: Iterable[Entry], rules: Rules = RULES) -> list[Segment]:
    """Judge to the end."""
    return list(judge_entries(entries, rules))


def told(segments: Iterable[Segment]) -> list[Line]:
    """Show segments without their messages."""
    return [(s.position, s.part, s.first, s.last, s.verdict, s.code) for s in segments]


def test_a_good_number_is_valid() -> None:
    """One segment, no code, no message."""
    assert judged([single(3, f" '{number(1)}")]) == [Segment(3, 0, number(1), number(1), VALID, None, None)]


def test_what_cannot_be_read_has_no_numbers_but_a_reason() -> None:
    """First and last are None."""
    assert judged([single(0, "12125550100")]) == [
        Segment(0, 0, None, None, INVALID, VerdictCode.PLUS_MISSING, VerdictCode.PLUS_MISSING.description)
    ]


def test_a_range_of_equal_outcome_stays_whole() -> None:
    """However long."""
    assert told(judged([block(0, 0, 999)])) == [(0, 0, number(0), number(999), VALID, None)]


def test_a_range_is_split_where_the_outcome_changes() -> None:
    """+1 212 199 9999 is no number of the plan, +1 212 200 0000 is."""
    entry = Entry(0, EntryKind.RANGE, "+12121999998", "+12122000001")
    assert told(judged([entry])) == [
        (0, 0, "+12121999998", "+12121999999", INVALID, VerdictCode.INVALID_NUMBER),
        (0, 1, "+12122000000", "+12122000001", VALID, None),
    ]


def test_a_warning_keeps_its_code() -> None:
    """A Canadian number for a US location."""
    assert told(judged([single(0, "+14165550123")])) == [
        (0, 0, "+14165550123", "+14165550123", WARNING, VerdictCode.OTHER_COUNTRY)
    ]


def test_the_first_of_equal_numbers_wins() -> None:
    """Also when the first was a warning."""
    entries = [single(0, number(1)), single(1, number(1)), single(2, "+14165550123"), single(3, "+14165550123")]
    assert [(s.verdict, s.code) for s in judged(entries)] == [
        (VALID, None),
        (INVALID, DUPLICATE),
        (WARNING, VerdictCode.OTHER_COUNTRY),
        (INVALID, DUPLICATE),
    ]


def test_a_number_refused_before_is_no_duplicate() -> None:
    """Both are refused for the reason of the first: duplicates are looked for last."""
    codes = [segment.code for segment in judged([single(0, "+390612345678"), single(1, "+390612345678")])]
    assert codes == [VerdictCode.COUNTRY_MISMATCH] * 2


def test_overlapping_ranges_share_their_middle_with_the_first() -> None:
    """The second keeps what is new."""
    assert told(judged([block(0, 0, 9), block(1, 5, 14)])) == [
        (0, 0, number(0), number(9), VALID, None),
        (1, 0, number(5), number(9), INVALID, DUPLICATE),
        (1, 1, number(10), number(14), VALID, None),
    ]


def test_a_single_inside_a_range_splits_whichever_comes_second() -> None:
    """The range in three, or the single refused."""
    assert told(judged([single(0, number(5)), block(1, 4, 6), single(2, number(6))])) == [
        (0, 0, number(5), number(5), VALID, None),
        (1, 0, number(4), number(4), VALID, None),
        (1, 1, number(5), number(5), INVALID, DUPLICATE),
        (1, 2, number(6), number(6), VALID, None),
        (2, 0, number(6), number(6), INVALID, DUPLICATE),
    ]


@pytest.mark.parametrize(
    ("raw_last", "last"), [(None, number(1)), ("", number(1)), (" \u00a0", number(1)), (number(3), number(3))]
)
def test_a_file_row_is_a_range_when_it_has_an_end(raw_last: str | None, last: str) -> None:
    """An empty cell is none."""
    found = judged([Entry(0, EntryKind.FILE_ROW, number(1), raw_last)])
    assert told(found) == [(0, 0, number(1), last, VALID, None)]


@pytest.mark.parametrize("raw_last", [None, ""])
def test_a_range_needs_its_end(raw_last: str | None) -> None:
    """Other than a file row."""
    found = judged([Entry(0, EntryKind.RANGE, number(1), raw_last)])
    assert told(found) == [(0, 0, None, None, INVALID, VerdictCode.RANGE_END_MISSING)]


def test_a_file_row_with_an_end_only_lacks_its_start() -> None:
    """One end only."""
    found = judged([Entry(0, EntryKind.FILE_ROW, "", number(1))])
    assert found[0].code is VerdictCode.RANGE_END_MISSING


def test_a_range_above_its_cap_is_refused_as_an_entry() -> None:
    """The other entries are judged all the same."""
    found = judged([block(0, 0, 1_000), single(1, number(0))])
    assert told(found) == [
        (0, 0, None, None, INVALID, VerdictCode.RANGE_TOO_LARGE),
        (1, 0, number(0), number(0), VALID, None),
    ]


def test_an_upload_above_its_cap_is_refused_where_that_is_known() -> None:
    """At the entry that passes the cap; what cannot be read counts as well."""
    entries = [single(0, "nonsense"), *(block(position, 0, 999) for position in range(1, 12))]
    with pytest.raises(TooManyNumbers) as raised:
        judged(entries)
    assert (raised.value.max_numbers, raised.value.position) == (10_000, 10)


def test_an_upload_at_its_cap_is_judged() -> None:
    """The cap itself is allowed."""
    assert count(judged(block(position, 0, 999) for position in range(10))).numbers == 10_000


def test_guesses_are_made_only_when_asked_for_and_reported() -> None:
    """Each once, for both ends of a range."""
    entry = Entry(0, EntryKind.RANGE, "12125550001", "0012125550003")
    assert judged([entry])[0].code is VerdictCode.PLUS_MISSING
    found = judged([entry], GUESSING)
    assert told(found) == [(0, 0, number(1), number(3), VALID, None)]
    assert found[0].repairs == (Repair.PLUS_ADDED, Repair.DIALLING_PREFIX_REPLACED)


def test_the_same_guess_about_both_ends_is_reported_once() -> None:
    """A range without its pluses."""
    found = judged([Entry(0, EntryKind.RANGE, "12125550001", "12125550003")], GUESSING)
    assert found[0].repairs == (Repair.PLUS_ADDED,)


def test_held_numbers_split_what_would_pass() -> None:
    """Neighbours with the same reason stay together, and parts count anew."""
    held = {number(2): TAKEN, number(3): TAKEN, number(4): HERE, number(9): TAKEN, number(500): TAKEN}
    assert told(mark_held(judged([block(0, 0, 9), single(1, number(20))]), held)) == [
        (0, 0, number(0), number(1), VALID, None),
        (0, 1, number(2), number(3), INVALID, TAKEN),
        (0, 2, number(4), number(4), INVALID, HERE),
        (0, 3, number(5), number(8), VALID, None),
        (0, 4, number(9), number(9), INVALID, TAKEN),
        (1, 0, number(20), number(20), VALID, None),
    ]


def test_held_numbers_have_the_message_of_their_code() -> None:
    """A warning is overruled."""
    found = mark_held(judged([single(0, "+14165550123")]), {"+14165550123": TAKEN})
    assert found == [Segment(0, 0, "+14165550123", "+14165550123", INVALID, TAKEN, TAKEN.description)]


def test_what_is_refused_already_keeps_its_reason() -> None:
    """A duplicate, and what cannot be read."""
    segments = judged([single(0, "nonsense"), single(1, number(1)), single(2, number(1))])
    marked = mark_held(segments, {number(1): TAKEN})
    assert [segment.code for segment in marked] == [VerdictCode.NOT_E164, TAKEN, DUPLICATE]


def test_nothing_held_changes_nothing() -> None:
    """Segments come back as they were."""
    segments = judged([block(0, 0, 9), block(1, 5, 14), single(2, "")])
    assert mark_held(segments, {}) == segments


def test_marking_again_changes_nothing_more() -> None:
    """It can be repeated safely."""
    held = {number(2): TAKEN}
    once = mark_held(judged([block(0, 0, 9)]), held)
    assert mark_held(once, held) == once


def test_numbers_are_counted_not_rows() -> None:
    """What cannot be read counts as one; a warning is valid too."""
    entries = [block(0, 0, 9), block(1, 5, 14), single(2, "nonsense"), single(3, "+14165550123")]
    assert count(judged(entries)) == Counts(entries=4, invalid_entries=2, numbers=22, valid=16, warnings=1, invalid=6)
    assert count(judged(entries)).valid_entries == 2


def test_no_entries_count_nothing() -> None:
    """All figures are 0."""
    assert count([]) == Counts()


@given(
    ranges=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=8),
    held=st.sets(st.integers(0, 80), max_size=20),
)
def test_every_number_gets_exactly_one_outcome(ranges: list[tuple[int, int]], held: set[int]) -> None:
    """Whatever overlaps: the segments of an entry are its numbers, and no number passes twice or when held."""
    entries = [block(position, start, start + more) for position, (start, more) in enumerate(ranges)]
    segments = mark_held(judged(entries), {number(offset): TAKEN for offset in held})
    expanded = [(s.position, e164) for s in segments if s.numbers for e164 in s.numbers]
    assert expanded == [
        (position, number(offset))
        for position, (start, more) in enumerate(ranges)
        for offset in range(start, start + more + 1)
    ]
    passing = [e164 for s in segments if s.passes and s.numbers for e164 in s.numbers]
    wanted = {offset for start, more in ranges for offset in range(start, start + more + 1)} - held
    assert sorted(passing) == sorted(map(number, wanted))
