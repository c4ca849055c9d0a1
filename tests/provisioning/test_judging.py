"""Judging entries, each by itself, and cutting out what others make of them."""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.files.columns import Column
from provisioning.judging import CONFLICTS, Judge, Rules, Tally, cut
from provisioning.numbering.e164 import LocationCountry, Policy
from provisioning.numbering.patterns import LineType
from provisioning.numbering.ranges import to_e164
from provisioning.numbering.repairs import Repair
from provisioning.terms import Header
from provisioning.verdicts import VerdictCode
from store.entries import Conflict, Entry, Part
from store.vocabulary import EntryKind, EntryVerdict, NumberType, ServiceKind, ServiceMode

HEADER = Header(ServiceKind.WEBEX_CLOUD_CONNECT, ServiceMode.NON_INTEGRATED, NumberType.USER, None, 2, 10_000)
RULES = Rules(LocationCountry("US", "1"), Policy(), HEADER, max_range_size=1_000)
ITALY = replace(RULES, location=LocationCountry("IT", "39"))
BLOCK = 12_125_550_000
VALID, WARNING, INVALID = EntryVerdict.VALID, EntryVerdict.WARNING, EntryVerdict.INVALID
DUPLICATE, TAKEN = VerdictCode.DUPLICATE_IN_UPLOAD, VerdictCode.TAKEN

Told = tuple[str | None, str | None, EntryVerdict, str | None]


def number(offset: int) -> str:
    """Make a valid number of the block."""
    return to_e164(BLOCK + offset)


def single(raw: str, *, guess: bool = False) -> Entry:
    """Type in one number."""
    return Entry(0, EntryKind.SINGLE, raw, guess=guess)


def span(first: str, last: str | None, *, guess: bool = False) -> Entry:
    """Type in a range."""
    return Entry(0, EntryKind.RANGE, first, last, guess=guess)


def row(first: str, last: str | None = None, **overrides: str) -> Entry:
    """Read a row of a file."""
    return Entry(
        0, EntryKind.FILE_ROW, first, last, 2, overrides={Column[name]: raw for name, raw in overrides.items()}
    )


def judged(entry: Entry, rules: Rules = RULES) -> Sequence[Part]:
    """Judge one entry."""
    return Judge(rules).parts(entry)


def told(parts: Iterable[Part]) -> list[Told]:
    """Show parts without what belongs to their numbers."""
    return [(part.first, part.last, part.verdict, part.code) for part in parts]


@pytest.mark.parametrize("raw", [number(1), f" '{number(1)}", f'="{number(1)}"', f"\u200b{number(1)}\u00a0"])
def test_a_good_number_is_valid_and_taken_apart(raw: str) -> None:
    """One part, no code, no message; what loses nothing is decoded."""
    assert judged(single(raw)) == [Part(number(1), number(1), 1, "1", "212", VALID)]


def test_what_cannot_be_read_has_no_numbers_but_a_reason() -> None:
    """First and last are None; it counts as one."""
    because = VerdictCode.PLUS_MISSING
    assert judged(single("12125550100")) == [
        Part(None, None, 1, None, None, INVALID, because, because.description),
    ]


def test_what_is_refused_is_not_taken_apart() -> None:
    """An invalid number need not have an area code."""
    (part,) = judged(single("+390612345678"))
    assert (part.first, part.code, part.calling_code, part.area_code) == (
        "+390612345678",
        "COUNTRY_MISMATCH",
        None,
        None,
    )


def test_a_warning_keeps_its_code() -> None:
    """A Canadian number for a US location."""
    assert told(judged(single("+14165550123"))) == [("+14165550123", "+14165550123", WARNING, "OTHER_COUNTRY")]


def test_leading_zeros_stay() -> None:
    """Rome begins with 06; a range keeps the width of its numbers."""
    (one,) = judged(single("+390612345678"), ITALY)
    (many,) = judged(span("+390612345600", "+390612345609"), ITALY)
    assert (one.first, one.area_code) == ("+390612345678", "06")
    assert (many.first, many.last, many.size, many.area_code) == ("+390612345600", "+390612345609", 10, "06")


def test_a_range_of_equal_outcome_stays_whole() -> None:
    """However long, up to its cap."""
    assert judged(span(number(0), number(999))) == [Part(number(0), number(999), 1_000, "1", "212", VALID)]


def test_a_range_is_split_where_the_outcome_changes() -> None:
    """+1 212 199 9999 is no number of the plan, +1 212 200 0000 is."""
    found = judged(span("+12121999998", "+12122000001"))
    assert told(found) == [
        ("+12121999998", "+12121999999", INVALID, "INVALID_NUMBER"),
        ("+12122000000", "+12122000001", VALID, None),
    ]
    assert [part.size for part in found] == [2, 2]


def test_a_range_is_split_where_the_area_code_changes() -> None:
    """So that one rule takes all numbers of a part apart."""
    found = judged(span("+390299999998", "+390300000001"), ITALY)
    good = [(part.first, part.last, part.area_code) for part in found if part.verdict is VALID]
    assert good == [("+390299999998", "+390299999999", "02"), ("+390300000000", "+390300000001", "030")]


def test_a_range_of_one_is_a_number() -> None:
    """Equal ends."""
    assert judged(span(number(1), number(1))) == judged(single(number(1)))


@pytest.mark.parametrize(
    ("raw_last", "last"), [(None, number(1)), ("", number(1)), (" \u00a0", number(1)), (number(3), number(3))]
)
def test_a_file_row_is_a_range_when_it_has_an_end(raw_last: str | None, last: str) -> None:
    """An empty cell is none."""
    assert told(judged(row(number(1), raw_last))) == [(number(1), last, VALID, None)]


@pytest.mark.parametrize("entry", [span(number(1), None), span(number(1), ""), row("", number(1))])
def test_a_range_needs_both_ends(entry: Entry) -> None:
    """Typed in, or in a file without its first number."""
    assert told(judged(entry)) == [(None, None, INVALID, "RANGE_END_MISSING")]


def test_a_row_without_a_number_misses_it() -> None:
    """It holds something else, or it would not be there."""
    assert told(judged(row("", SERVICE_INFO="IVR"))) == [(None, None, INVALID, "MISSING_NUMBER")]


def test_a_range_above_its_cap_is_refused_and_counts_as_one() -> None:
    """A slip in its end must not use up the upload."""
    (part,) = judged(span(number(0), number(1_000)))
    assert (part.first, part.size, part.code) == (None, 1, "RANGE_TOO_LARGE")


def test_guesses_are_made_only_when_asked_for_and_reported() -> None:
    """Each once, for both ends of a range."""
    assert judged(span("12125550001", "0012125550003"))[0].code is VerdictCode.PLUS_MISSING
    (part,) = judged(span("12125550001", "0012125550003", guess=True))
    assert (part.first, part.last, part.verdict) == (number(1), number(3), VALID)
    assert part.repairs == (Repair.PLUS_ADDED, Repair.DIALLING_PREFIX_REPLACED)
    (same,) = judged(span("12125550001", "12125550003", guess=True))
    assert same.repairs == (Repair.PLUS_ADDED,)


def test_where_guesses_are_asked_for_but_not_needed_none_are_reported() -> None:
    """A good number stays as it is."""
    assert judged(single(number(1), guess=True)) == judged(single(number(1)))


def test_every_part_of_a_repaired_range_says_so() -> None:
    """Whatever its verdict."""
    found = judged(span("12121999998", "12122000001", guess=True))
    assert [part.repairs for part in found] == [(Repair.PLUS_ADDED,)] * 2


def test_a_repaired_number_that_is_refused_still_says_what_was_repaired() -> None:
    """By the plan, or by the terms of its row."""
    by_plan = judged(single("390612345678", guess=True))
    by_terms = judged(row("12125550001", CAC="many")._replace(guess=True))
    assert [(p.first, p.code, p.repairs) for p in (*by_plan, *by_terms)] == [
        ("+390612345678", "COUNTRY_MISMATCH", (Repair.PLUS_ADDED,)),
        (number(1), "CAC_NOT_A_NUMBER", (Repair.PLUS_ADDED,)),
    ]


def test_lost_digits_are_never_guessed() -> None:
    """There is nothing to guess from."""
    assert told(judged(single("1.21279E+10", guess=True))) == [(None, None, INVALID, "DIGITS_LOST")]


def test_a_row_has_terms_of_its_own_on_every_part() -> None:
    """Type, CAC value and service info."""
    found = judged(row("+12121999999", "+12122000000", NUMBER_TYPE="Service", CAC="30", SERVICE_INFO="IVR"))
    assert [(part.number_type, part.cac, part.service_info) for part in found] == [(NumberType.SERVICE, 30, "IVR")] * 2


def test_a_row_whose_terms_break_a_rule_is_refused_with_all_its_numbers() -> None:
    """They are known, and count."""
    (part,) = judged(row(number(0), number(9), NUMBER_TYPE="Service"))
    assert (part.first, part.last, part.size, part.verdict, part.code) == (
        number(0),
        number(9),
        10,
        INVALID,
        "CAC_REQUIRED",
    )


def test_a_number_that_cannot_be_read_is_told_before_the_terms() -> None:
    """And the terms before the plan: the order of the codes."""
    assert judged(row("nonsense", CAC="many"))[0].code == "NOT_E164"
    assert judged(row("+390612345678", CAC="many"))[0].code == "CAC_NOT_A_NUMBER"


@pytest.mark.parametrize(
    "other",
    [
        replace(RULES, location=LocationCountry("CA", "1")),
        replace(RULES, location=LocationCountry("US", "39")),
        replace(RULES, policy=Policy(frozenset({LineType.SHARED_COST}))),
        replace(RULES, header=replace(HEADER, cac=3)),
        replace(RULES, header=replace(HEADER, number_type=NumberType.CONTACT_CENTER)),
        replace(RULES, header=replace(HEADER, max_cac=9)),
        replace(RULES, max_range_size=999),
    ],
)
def test_other_rules_are_told_apart(other: Rules) -> None:
    """Whatever they differ in."""
    assert other.digest != RULES.digest


def test_equal_rules_are_equal_in_every_process() -> None:
    """The order of sets and hashes is another in each."""
    code = "from tests.provisioning.test_judging import RULES; print(RULES.digest)"
    found = {
        subprocess.run(  # noqa: S603  # our own interpreter
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2", "3")
    }
    assert found == {RULES.digest}


def conflict(first: int, last: int, code: str, part: int = 0) -> Conflict:
    """Say that some numbers of the block cannot be uploaded."""
    return Conflict(0, part, BLOCK + first, BLOCK + last, code)


def test_conflicts_cut_a_part() -> None:
    """Neighbours with the same reason stay together; sizes count anew, and what belongs to the numbers stays."""
    parts = judged(row(number(0), number(9), NUMBER_TYPE="Service", CAC="30"))
    conflicts = [conflict(2, 3, TAKEN), conflict(4, 4, DUPLICATE), conflict(9, 9, TAKEN)]
    found = cut(parts, {0: conflicts})
    assert told(found) == [
        (number(0), number(1), VALID, None),
        (number(2), number(3), INVALID, TAKEN),
        (number(4), number(4), INVALID, DUPLICATE),
        (number(5), number(8), VALID, None),
        (number(9), number(9), INVALID, TAKEN),
    ]
    assert [part.size for part in found] == [2, 2, 1, 4, 1]
    assert [part.message for part in found] == [None, CONFLICTS[TAKEN], CONFLICTS[DUPLICATE], None, CONFLICTS[TAKEN]]
    assert {(part.number_type, part.cac, part.area_code) for part in found} == {(NumberType.SERVICE, 30, "212")}


def test_only_the_part_in_conflict_is_cut() -> None:
    """The others come back as they were."""
    parts = [*judged(span(number(0), number(1))), *judged(span(number(5), number(6))), *judged(single("nonsense"))]
    found = cut(parts, {1: [conflict(5, 6, TAKEN, part=1)]})
    assert [part.code for part in found] == [None, TAKEN, "NOT_E164"]
    assert cut(parts, {}) == parts


@given(st.sets(st.integers(0, 40)))
def test_a_cut_part_holds_the_same_numbers(held: set[int]) -> None:
    """Each once, in order; refused are just those in conflict."""
    conflicts = [conflict(offset, offset, TAKEN) for offset in sorted(held)]
    found = cut(judged(span(number(0), number(40))), {0: conflicts})
    numbers = [(n, part.code) for part in found for n in range(int(str(part.first)), int(str(part.last)) + 1)]
    assert numbers == [(BLOCK + n, TAKEN if n in held else None) for n in range(41)]
    assert sum(part.size for part in found) == 41


def test_numbers_are_counted_not_rows() -> None:
    """What cannot be read counts as one; a warning is valid too; typed entries are no rows."""
    tally = Tally()
    for entry in (
        span(number(0), number(9)),
        row("nonsense"),
        row("+14165550123"),
        span("+12121999999", "+12122000000"),
    ):
        tally.add(entry, judged(entry))
    assert tally == Tally(entries=4, rows=2, total=14, valid=12, warnings=1)
    assert tally.invalid == 2
