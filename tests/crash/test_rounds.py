"""A few crash rounds, one after another in one house; `python -m tests.crash` plays many."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.crash.house import DATABASE, WEB
from tests.crash.lane import Kind, Lane, lane
from tests.crash.rounds import planned
from tests.crash.storm import BLINDING, storm

SIZES = (500, 800)
"""Enough numbers to be caught in the middle of them."""

STRENGTH = 0.12
"""The share of requests that a fault strikes: so few requests have to meet enough of them."""


@pytest.fixture(scope="module")
async def here(short_folder: Path) -> AsyncIterator[Lane]:
    """A lane whose web process runs jobs too, beside one worker."""
    async with lane(short_folder / "rounds", Kind(inner_worker=True, workers=1), latency_ms=50) as made:
        yield made


@pytest.mark.parametrize(
    ("number", "mark", "victims"),
    [(0, "import", (WEB,)), (1, "sync", ("busy",)), (2, "sync", (DATABASE,)), (3, "afterwards", (WEB, "busy"))],
    ids=lambda value: " and ".join(value) if isinstance(value, tuple) else str(value),
)
async def test_whatever_is_killed_everything_arrives_once(
    here: Lane, number: int, mark: str, victims: tuple[str, ...]
) -> None:
    """Under a storm: what stands here, what Control Hub has and what was submitted agree, and the log is clean."""
    plan = planned(1, number, SIZES)
    again = plan.valid[:100] if mark == "afterwards" else []

    only = BLINDING if mark == "sync" else ()
    told = {
        "mark": mark,
        "victims": victims,
        "again": sorted(again),
        "faults": storm(Random(number), STRENGTH, only),
    }

    outcome = await here.play(replace(plan, **told))

    assert outcome.killed
    assert outcome.struck.total() > 0
    assert outcome.findings == []


async def test_nothing_is_left_undone(here: Lane) -> None:
    """No job of the rounds before was given up, and none hangs."""
    assert await here.leftovers() == []
