"""How often an owner may ask whether numbers are taken."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from provisioning.desk import Desk
from store import questions
from store.questions import WINDOW, Question
from tests.arrange import at, provider, scope_of, seen_by


async def ask(desk: Desk, numbers: int, most: int = 10) -> bool:
    """Ask about some numbers."""
    async with desk.begin() as transaction:
        return await questions.ask(transaction, Question(numbers, desk.clock(), most))


def later(desk: Desk, by: timedelta) -> Desk:
    """Return the desk at a later time."""
    return at(desk, desk.clock() + by)


async def test_questions_are_let_through_up_to_the_limit(desk: Desk) -> None:
    """The limit itself is allowed, and a question that was refused does not count."""
    assert [await ask(desk, n) for n in (6, 3, 2, 1, 1)] == [True, True, False, True, False]


async def test_the_first_question_of_a_window_is_let_through_whatever_its_size(desk: Desk) -> None:
    """One upload is never too large to be asked about."""
    assert [await ask(desk, 11), await ask(desk, 1)] == [True, False]
    assert await ask(later(desk, WINDOW), 11)


async def test_a_question_about_nothing_takes_nothing_from_the_next(desk: Desk) -> None:
    """It is not the first of a window."""
    assert [await ask(desk, 0), await ask(desk, 11)] == [True, True]


async def test_the_account_is_empty_again_after_its_window(desk: Desk) -> None:
    """Not a moment before; the window begins with its first question, not with the newest."""
    await ask(desk, 5)
    await ask(later(desk, WINDOW / 2), 5)
    assert not await ask(later(desk, WINDOW - timedelta(microseconds=1)), 1)
    assert [await ask(later(desk, WINDOW), n) for n in (4, 6, 1)] == [True, True, False]


async def test_it_is_told_when_to_come_again(desk: Desk) -> None:
    """None where nothing was asked yet."""
    async with desk.read() as reading:
        assert await questions.next_window(reading) is None
    await ask(desk, 1)
    async with desk.read() as reading:
        assert await questions.next_window(reading) == desk.clock() + WINDOW


async def test_every_owner_has_an_account_of_its_own(desk: Desk) -> None:
    """Everybody with one scope shares it, whoever is asking."""
    one, other = scope_of(await provider(desk, "One")), scope_of(await provider(desk, "Other"))
    assert await ask(seen_by(desk, one), 10)
    assert await ask(seen_by(desk, other), 10)
    assert not await ask(seen_by(desk, replace(one, actor="another")), 1)


async def test_questions_at_once_do_not_slip_through_together(desk: Desk) -> None:
    """Each sees what the others have asked."""
    found = await asyncio.gather(*(ask(desk, 1) for _ in range(15)))
    assert sum(found) == 10
