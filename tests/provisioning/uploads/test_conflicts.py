"""What only a look at other numbers tells: twice in the upload, here already, taken elsewhere."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from provisioning.desk import Desk
from provisioning.uploads import judge
from provisioning.uploads.edit import remove_entries
from provisioning.uploads.fill import NewEntries, add_entries
from provisioning.uploads.judge import validate
from provisioning.uploads.submit import submit
from store.lookup import Name
from store.tables import Number
from store.vocabulary import NumberStatus
from tests.arrange import (
    Dialog,
    by_hand,
    counted,
    entries_of,
    figures,
    imported,
    judged,
    let_be,
    numbers_of,
    parts_of,
    single,
    span,
    submitted,
    upload,
)

DUPLICATE, HERE, TAKEN = "DUPLICATE_IN_UPLOAD", "ALREADY_ON_SERVICE", "TAKEN"


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service in New York."""
    return await by_hand(desk)


def n(offset: int) -> str:
    """Make a number of New York."""
    return f"+1212555{offset:04}"


def block(first: int, last: int) -> Any:
    """Type in a range."""
    return span(n(first), n(last))


async def found(desk: Desk, dialog: Dialog, *typed: Any) -> list[tuple[int, str | None, str | None, str | None]]:
    """Judge entries; return what was found as (position, first, last, code)."""
    made = await judged(desk, dialog, *typed)
    assert figures(made) == await counted(desk, made)
    return [(position, first, last, code) for position, _, first, last, code in await parts_of(desk, made)]


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        ([n(1), n(1), n(1)], [(0, n(1), n(1), None), (1, n(1), n(1), DUPLICATE), (2, n(1), n(1), DUPLICATE)]),
        (
            [n(5), block(4, 6), n(6)],
            [
                (0, n(5), n(5), None),
                (1, n(4), n(4), None),
                (1, n(5), n(5), DUPLICATE),
                (1, n(6), n(6), None),
                (2, n(6), n(6), DUPLICATE),
            ],
        ),
        ([block(0, 9), n(9)], [(0, n(0), n(9), None), (1, n(9), n(9), DUPLICATE)]),
        (
            [block(0, 9), block(5, 14)],
            [(0, n(0), n(9), None), (1, n(5), n(9), DUPLICATE), (1, n(10), n(14), None)],
        ),
        ([block(0, 9), block(0, 9)], [(0, n(0), n(9), None), (1, n(0), n(9), DUPLICATE)]),
        (
            [block(3, 4), block(0, 9), block(2, 5)],
            [
                (0, n(3), n(4), None),
                (1, n(0), n(2), None),
                (1, n(3), n(4), DUPLICATE),
                (1, n(5), n(9), None),
                (2, n(2), n(5), DUPLICATE),
            ],
        ),
        ([block(0, 4), block(5, 9)], [(0, n(0), n(4), None), (1, n(5), n(9), None)]),
    ],
    ids=["singles", "single in range", "range then single", "overlap", "twice", "one inside", "neighbours"],
)
async def test_the_first_of_equal_numbers_passes(
    desk: Desk, dialog: Dialog, typed: list[Any], outcome: list[Any]
) -> None:
    """However it was put in; what is cut is cut exactly."""
    assert await found(desk, dialog, *typed) == outcome


async def test_a_number_refused_before_is_no_duplicate(desk: Desk, dialog: Dialog) -> None:
    """Both are refused for the reason of the first: duplicates are looked for last."""
    codes = [code for *_, code in await found(desk, dialog, "+390612345678", "+390612345678")]
    assert codes == ["COUNTRY_MISMATCH"] * 2


async def test_a_warning_can_be_the_first(desk: Desk, dialog: Dialog) -> None:
    """It passes, so that the second does not."""
    codes = [code for *_, code in await found(desk, dialog, "+14165550100", "+14165550100")]
    assert codes == ["OTHER_COUNTRY", DUPLICATE]


async def test_rows_of_a_file_and_what_is_typed_are_compared(desk: Desk, dialog: Dialog) -> None:
    """In the order in which they came."""
    filled = await upload(desk, dialog, n(1))
    await imported(desk, filled, f"Number,Range End\n{n(0)},{n(2)}\n")
    made = await validate(desk, Name(id=filled.id))
    assert [code for *_, code in await parts_of(desk, made)] == [None, None, DUPLICATE, None]
    assert figures(made) == (1, 4, 3, 1, 0)


async def test_held_numbers_cut_a_range_with_a_reason_each(desk: Desk, dialog: Dialog) -> None:
    """Here and elsewhere are told apart; neighbours of one reason stay together, and only neighbours."""
    await submitted(desk, dialog, n(4))
    await submitted(desk, await by_hand(desk), block(2, 3), n(5), n(9))
    assert await found(desk, dialog, block(0, 9)) == [
        (0, n(0), n(1), None),
        (0, n(2), n(3), TAKEN),
        (0, n(4), n(4), HERE),
        (0, n(5), n(5), TAKEN),
        (0, n(6), n(8), None),
        (0, n(9), n(9), TAKEN),
    ]


async def test_every_refusal_says_why_in_words(desk: Desk, dialog: Dialog) -> None:
    """In place or cut, and nothing more than the words of the code: not who holds it."""
    await submitted(desk, await by_hand(desk), n(1), n(5))
    made = await judged(desk, dialog, n(1), block(4, 6), n(4))
    said = {entry.code: entry.message for entry in await entries_of(desk, made)}
    assert said == {None: None, **{code: judge.CONFLICTS[code] for code in (TAKEN, DUPLICATE)}}


async def test_twice_in_the_upload_is_told_before_taken(desk: Desk, dialog: Dialog) -> None:
    """The order of the checks; the first of them is the one that is taken."""
    await submitted(desk, await by_hand(desk), n(5))
    assert await found(desk, dialog, n(5), block(4, 6)) == [
        (0, n(5), n(5), TAKEN),
        (1, n(4), n(4), None),
        (1, n(5), n(5), DUPLICATE),
        (1, n(6), n(6), None),
    ]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (NumberStatus.ACTIVE, TAKEN),
        (NumberStatus.RELEASE_REQUESTED, TAKEN),
        (NumberStatus.COOLING, TAKEN),
        (NumberStatus.RELEASED, None),
        (NumberStatus.REJECTED, None),
    ],
    ids=str,
)
async def test_only_live_numbers_are_in_the_way(
    desk: Desk, dialog: Dialog, status: NumberStatus, code: str | None
) -> None:
    """Singly and inside of a range."""
    await submitted(desk, await by_hand(desk), n(1), n(5))
    await let_be(desk, n(1), status)
    await let_be(desk, n(5), status)
    made = await judged(desk, dialog, n(1), block(5, 6))
    assert [part[-1] for part in await parts_of(desk, made)][:2] == [code, code]
    assert made.valid == (1 if code else 3)


async def test_numbers_of_another_length_that_begin_alike_are_not_in_the_way(desk: Desk) -> None:
    """In text, +390612345 lies between +3906123450 and +3906123459."""
    rome = await by_hand(desk, country="IT")
    await submitted(desk, await by_hand(desk, country="IT"), "+3906123455", "+390612345512")
    made = await judged(desk, rome, span("+39061234550", "+39061234559"))
    assert (made.valid, made.invalid) == (10, 0)


async def test_leading_zeros_do_not_confuse_the_comparison(desk: Desk) -> None:
    """Rome."""
    rome = await by_hand(desk, country="IT")
    await submitted(desk, await by_hand(desk, country="IT"), span("+390612345603", "+390612345604"))
    assert await found(desk, rome, span("+390612345600", "+390612345605"), "+390612345605") == [
        (0, "+390612345600", "+390612345602", None),
        (0, "+390612345603", "+390612345604", TAKEN),
        (0, "+390612345605", "+390612345605", None),
        (1, "+390612345605", "+390612345605", DUPLICATE),
    ]


async def test_a_conflict_in_one_part_leaves_the_others(desk: Desk, dialog: Dialog) -> None:
    """A range that the plan has cut is cut further, also where a part is one number."""
    await submitted(desk, await by_hand(desk), "+12122000000", "+12122000002")
    assert await found(desk, dialog, span("+12121999999", "+12122000000"), span("+12121999998", "+12122000003")) == [
        (0, "+12121999999", "+12121999999", "INVALID_NUMBER"),
        (0, "+12122000000", "+12122000000", TAKEN),
        (1, "+12121999998", "+12121999999", "INVALID_NUMBER"),
        (1, "+12122000000", "+12122000000", DUPLICATE),
        (1, "+12122000001", "+12122000001", None),
        (1, "+12122000002", "+12122000002", TAKEN),
        (1, "+12122000003", "+12122000003", None),
    ]


async def test_many_ranges_are_cut_in_batches(desk: Desk, dialog: Dialog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each just once."""
    monkeypatch.setattr(judge, "_CUT_AT_ONCE", 2)
    await submitted(desk, await by_hand(desk), *(n(10 * ten + 1) for ten in range(5)))
    made = await judged(desk, dialog, *(block(10 * ten, 10 * ten + 2) for ten in range(5)))
    assert [part[-1] for part in await parts_of(desk, made)] == [None, TAKEN, None] * 5
    assert figures(made) == (0, 15, 10, 5, 0)


async def test_a_range_of_which_every_second_number_is_taken(desk: Desk, dialog: Dialog) -> None:
    """4,000 parts, and only the free half is uploaded."""
    other = await by_hand(desk)
    first = await upload(desk, other)
    await imported(desk, first, "".join(f"{n(offset)}\n" for offset in range(1, 4_000, 2)))
    await submit(desk, Name(id=first.id))
    made = await judged(desk, dialog, block(0, 3_999))
    assert figures(made) == await counted(desk, made) == (0, 4_000, 2_000, 2_000, 0)
    again = await validate(desk, Name(id=made.id))
    assert figures(again) == await counted(desk, again) == (0, 4_000, 2_000, 2_000, 0)
    assert (await submit(desk, Name(id=made.id))).submitted == 2_000


async def test_what_this_upload_made_is_not_in_its_own_way(desk: Desk, dialog: Dialog) -> None:
    """Looking again after the numbers have been stored changes nothing."""
    made = await submitted(desk, dialog, n(1), block(3, 5))
    async with desk.begin() as transaction:
        await judge.refuse_conflicts(transaction, made)
    assert [part[-1] for part in await parts_of(desk, made)] == [None, None]


async def test_a_conflict_that_is_gone_is_forgotten_when_judged_again(desk: Desk, dialog: Dialog) -> None:
    """Released elsewhere: what was cut is whole again."""
    other = await by_hand(desk)
    await submitted(desk, other, n(1), n(5))
    made = await judged(desk, dialog, n(1), block(4, 6))
    await let_be(desk, n(1), NumberStatus.RELEASED)
    await let_be(desk, n(5), NumberStatus.RELEASED)
    again = await validate(desk, Name(id=made.id))
    assert await parts_of(desk, made) == [(0, 0, n(1), n(1), None), (1, 0, n(4), n(6), None)]
    assert figures(again) == (0, 4, 4, 0, 0)


async def test_a_duplicate_passes_when_the_first_is_taken_out(desk: Desk, dialog: Dialog) -> None:
    """As soon as the upload is judged again."""
    made = await judged(desk, dialog, n(1), n(1), block(0, 2))
    await remove_entries(desk, Name(id=made.id), [0])
    again = await validate(desk, Name(id=made.id))
    assert await parts_of(desk, made) == [
        (1, 0, n(1), n(1), None),
        (2, 0, n(0), n(0), None),
        (2, 1, n(1), n(1), DUPLICATE),
        (2, 2, n(2), n(2), None),
    ]
    assert figures(again) == (0, 4, 3, 1, 0)


async def test_a_conflict_that_is_new_is_found_when_judged_again(desk: Desk, dialog: Dialog) -> None:
    """In parts that were cut before; and parts are not cut into parts again."""
    other = await by_hand(desk)
    await submitted(desk, other, n(5))
    made = await judged(desk, dialog, block(0, 9))
    await submitted(desk, other, n(6), n(1))
    await add_entries(desk, NewEntries(Name(id=made.id), (single(n(99)),)))
    again = await validate(desk, Name(id=made.id))
    assert await parts_of(desk, made) == [
        (0, 0, n(0), n(0), None),
        (0, 1, n(1), n(1), TAKEN),
        (0, 2, n(2), n(4), None),
        (0, 3, n(5), n(6), TAKEN),
        (0, 4, n(7), n(9), None),
        (1, 0, n(99), n(99), None),
    ]
    assert figures(again) == (0, 11, 8, 3, 0)


async def test_terms_and_repairs_outlive_cutting_and_judging_again(desk: Desk, dialog: Dialog) -> None:
    """Every part keeps what its row said."""
    other = await by_hand(desk)
    await submitted(desk, other, n(5))
    filled = await upload(desk, dialog)
    row = f"Number,Range End,Number Type,CAC\n{n(4)[1:]},{n(6)[1:]},Service,30\n"
    await imported(desk, filled, row, guess=True)
    for _ in range(2):
        made = await validate(desk, Name(id=filled.id))
        kept = [(e.code, e.cac, e.repairs, e.guess, e.cells) for e in await entries_of(desk, made)]
        assert kept == [
            (code, 30, ["PLUS_ADDED"], True, [n(4)[1:], n(6)[1:], "Service", "30"]) for code in (None, TAKEN, None)
        ]
    await submit(desk, Name(id=filled.id))
    assert {number.cac for number in (await numbers_of(desk, dialog.service)).values()} == {30}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ranges=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), min_size=1, max_size=6),
    data=st.data(),
)
async def test_every_number_gets_exactly_one_outcome(desk: Desk, ranges: list[tuple[int, int]], data: Any) -> None:
    """Whatever overlaps: the parts of an entry are its numbers, and no number passes twice or when held."""
    held = data.draw(st.sets(st.integers(0, 80), max_size=15))
    other, dialog = await by_hand(desk), await by_hand(desk)
    if held:
        await submitted(desk, other, *map(n, sorted(held)))
    made = await judged(desk, dialog, *(block(first, first + more) for first, more in ranges))
    kept = await entries_of(desk, made)
    inside = [(e.position, number) for e in kept for number in range(int(str(e.first)), int(str(e.last)) + 1)]
    good = [number for e in kept if not e.code for number in range(int(str(e.first)), int(str(e.last)) + 1)]
    wanted = {offset for first, more in ranges for offset in range(first, first + more + 1)} - held
    assert inside == [
        (at, int(n(offset))) for at, (first, more) in enumerate(ranges) for offset in range(first, first + more + 1)
    ]
    assert sorted(good) == [int(n(offset)) for offset in sorted(wanted)]
    assert figures(made) == await counted(desk, made)
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Number).values(status=NumberStatus.RELEASED))
