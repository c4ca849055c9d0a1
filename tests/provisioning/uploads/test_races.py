"""Uploads at once: for the same numbers, and on the same upload."""

import asyncio
from typing import Any

import pytest

from provisioning.desk import Desk
from provisioning.errors import NothingValid, NumberlineError
from provisioning.uploads import judge
from provisioning.uploads.edit import cancel, remove_entries
from provisioning.uploads.judge import finish_validation, validate
from provisioning.uploads.submit import submit
from store.lookup import Name
from store.tables import Number, Upload
from store.vocabulary import UploadStatus
from tests.arrange import (
    Dialog,
    by_hand,
    count,
    counted,
    entries_of,
    fetch,
    figures,
    imported,
    judged,
    numbers_of,
    span,
    upload,
)

ROUNDS = 200
"""How often two uploads race for the same numbers."""


def n(offset: int) -> str:
    """Make a number of New York."""
    return f"+1212{2_000_000 + offset}"


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service in New York."""
    return await by_hand(desk)


async def raced(desk: Desk, one: Upload, other: Upload) -> list[Any]:
    """Submit two uploads at once."""
    return await asyncio.gather(*(submit(desk, Name(id=of.id)) for of in (one, other)), return_exceptions=True)


async def sets(desk: Desk, dialogs: tuple[Dialog, Dialog], base: int, early: bool) -> list[Upload]:  # noqa: FBT001  # every other round
    """Make uploads whose numbers overlap: singles against a range, and in the opposite order."""
    typed = (
        [span(n(base), n(base + 5)), n(base + 8), n(base + 7), "nonsense"],
        [n(base + 7), n(base + 8), n(base + 9), span(n(base + 3), n(base + 6))],
    )
    make = judged if early else upload
    return [await make(desk, dialog, *entries) for dialog, entries in zip(dialogs, typed, strict=True)]


async def test_every_number_goes_to_exactly_one_of_two_uploads(desk: Desk) -> None:
    """Round after round: what is lost is TAKEN, the counts are true, nothing is raised and nobody waits for ever."""
    dialogs = (await by_hand(desk), await by_hand(desk))
    shared = {3, 4, 5, 7, 8}
    lost: list[int] = []
    for round_ in range(ROUNDS):
        base = round_ * 10
        racing = await sets(desk, dialogs, base, early=round_ % 2 == 0)
        async with asyncio.timeout(10):
            ended = await raced(desk, *racing)
        assert [getattr(of, "status", of) in (UploadStatus.COMPLETED, UploadStatus.PARTIAL) for of in ended] == [
            True
        ] * 2
        kept = [await entries_of(desk, of) for of in racing]
        good = [_expanded(e for e in found if e.code is None) for found in kept]
        taken = [_expanded(e for e in found if e.code == "TAKEN") for found in kept]
        everything = {n(base + offset) for offset in range(10)}
        assert good[0] | good[1] == everything
        assert not good[0] & good[1]
        assert taken[0] | taken[1] == {n(base + offset) for offset in shared}
        assert not taken[0] & taken[1]
        assert [of.submitted for of in ended] == [len(numbers) for numbers in good]
        assert [figures(of) for of in ended] == [await counted(desk, of) for of in racing]
        lost.append(len(taken[0]))
    assert await count(desk, Number) == ROUNDS * 10
    for dialog in dialogs:
        assert {number.service_id for number in (await numbers_of(desk, dialog.service)).values()} == {
            dialog.service.id
        }
    assert {number.e164 for number in await _numbers(desk, dialogs)} == {n(offset) for offset in range(ROUNDS * 10)}


def _expanded(found: Any) -> set[str]:
    return {f"+{number}" for e in found for number in range(int(e.first), int(e.last) + 1)}


async def _numbers(desk: Desk, dialogs: tuple[Dialog, Dialog]) -> list[Number]:
    return [number for dialog in dialogs for number in (await numbers_of(desk, dialog.service)).values()]


async def test_the_loser_of_everything_is_told_so(desk: Desk) -> None:
    """One upload has the numbers; the other stays as it was."""
    for round_ in range(10):
        typed = span(n(round_ * 10), n(round_ * 10 + 9))
        racing = [await judged(desk, await by_hand(desk), typed) for _ in range(2)]
        ended = await raced(desk, *racing)
        assert sorted(type(of).__name__ for of in ended) == [NothingValid.__name__, Upload.__name__]
        loser = next(of for of, end in zip(racing, ended, strict=True) if isinstance(end, NothingValid))
        again = await validate(desk, Name(id=loser.id))
        assert figures(again) == (0, 10, 0, 10, 0)


async def test_validating_races_with_importing(desk: Desk, dialog: Dialog) -> None:
    """Whoever is first: no verdict is missing, and the counts are true."""
    for round_ in range(10):
        made = await upload(desk, dialog, n(round_ * 10), n(round_ * 10))
        name = Name(id=made.id)
        rows = f"{n(round_ * 10)}\n{n(round_ * 10 + 1)}\n"
        await asyncio.gather(validate(desk, name), imported(desk, made, rows), validate(desk, name))
        between = await fetch(desk, made)
        assert figures(between) == await counted(desk, made)
        await validate(desk, name)
        assert figures(await fetch(desk, made)) == await counted(desk, made) == (2, 4, 2, 2, 0)


async def test_everything_at_once_on_one_upload(desk: Desk, dialog: Dialog) -> None:
    """Each is done as a whole or refused with a code."""
    for round_ in range(10):
        first = round_ * 10
        made = await upload(desk, dialog, n(first), span(n(first + 1), n(first + 3)))
        name = Name(id=made.id)
        done = await asyncio.gather(
            validate(desk, name),
            imported(desk, made, f"{n(first + 5)}\n"),
            remove_entries(desk, name, [0]),
            submit(desk, name),
            submit(desk, name),
            cancel(desk, name),
            return_exceptions=True,
        )
        assert [end for end in done if not isinstance(end, Upload | NumberlineError)] == []
        ended = await fetch(desk, made)
        assert ended.status in (UploadStatus.COMPLETED, UploadStatus.CANCELLED)
        assert figures(ended) == await counted(desk, made)
        mine = [
            e164 for e164, number in (await numbers_of(desk, dialog.service)).items() if number.upload_id == made.id
        ]
        assert len(mine) == ended.submitted == (ended.valid if ended.status is UploadStatus.COMPLETED else 0)


async def test_a_job_that_runs_twice_validates_once(
    desk: Desk, dialog: Dialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that meets a cancellation leaves it alone, or is followed by it."""
    monkeypatch.setattr(judge, "AT_ONCE", 1)
    made = await judged(desk, dialog, n(0), n(0))
    assert made.status is UploadStatus.VALIDATING
    await asyncio.gather(*(finish_validation(desk, made.id) for _ in range(3)))
    assert figures(await fetch(desk, made)) == (0, 2, 1, 1, 0)
    other = await judged(desk, dialog, n(1), n(1))
    await asyncio.gather(finish_validation(desk, other.id), cancel(desk, Name(id=other.id)))
    assert (await fetch(desk, other)).status is UploadStatus.CANCELLED


async def test_more_requests_than_connections_are_all_answered(desk: Desk) -> None:
    """A request that needs a second connection for a moment must not wait for one that waits for its own."""
    dialogs = [await by_hand(desk) for _ in range(5)]
    made = [await upload(desk, dialogs[at % 5], n(at)) for at in range(30)]
    async with asyncio.timeout(8):
        ended = await asyncio.gather(*(validate(desk, Name(id=of.id)) for of in made), return_exceptions=True)
    assert {getattr(of, "status", of) for of in ended} == {UploadStatus.VALIDATED}
