"""`python -m tests.crash`: many rounds, in two lanes beside each other, and a report."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from tests.crash.lane import Kind, lane
from tests.crash.rounds import Outcome, planned

KINDS = (Kind(inner_worker=False, workers=2), Kind(inner_worker=True, workers=1))
"""The two ways to share the work; each is a lane."""

LATENCY_MS = 10
"""How long the simulator takes for an answer."""


async def played(rounds: int, seed: int, budget: timedelta) -> list[Outcome]:
    """Play rounds until there are so many, or the time is up; the last of a lane carries its leftovers."""
    ends_at = time.monotonic() + budget.total_seconds()
    with tempfile.TemporaryDirectory(prefix="nl-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # noqa: ASYNC240  # a moment
        lanes = [
            _in_lane(Path(folder) / str(index), kind, range(index, rounds, len(KINDS)), seed, ends_at)
            for index, kind in enumerate(KINDS)
        ]
        return [outcome for outcomes in await asyncio.gather(*lanes) for outcome in outcomes]


async def _in_lane(folder: Path, kind: Kind, numbers: Sequence[int], seed: int, ends_at: float) -> list[Outcome]:
    outcomes: list[Outcome] = []
    async with lane(folder, kind, LATENCY_MS) as here:
        for number in numbers:
            if outcomes and time.monotonic() > ends_at:
                break
            outcomes.append(await here.play(planned(seed, number)))
            print(outcomes[-1], file=sys.stderr, flush=True)  # noqa: T201  # progress
        outcomes[-1].findings += await here.leftovers()
    return outcomes


def report(outcomes: Sequence[Outcome], minutes: float) -> str:
    """Sum the rounds up."""
    kills = Counter(f"{' and '.join(o.killed)} at {o.mark}" for o in outcomes)
    victims = Counter(name for o in outcomes for name in o.killed)
    struck = sum((o.struck for o in outcomes), Counter[str]())
    answered = sum((o.answers for o in outcomes), Counter[str]())
    findings = [f"  round {o.number}: {finding}" for o in outcomes for finding in o.findings]
    return "\n".join(
        [
            _summed(outcomes, minutes, struck.total()),
            f"  killed: {_listed(victims)}",
            f"  in detail: {_listed(kills)}",
            f"  faults: {_listed(struck)}",
            f"  additions by answer: {_listed(answered)}",
            f"  findings: {len(findings)}",
            *findings,
        ]
    )


def _summed(outcomes: Sequence[Outcome], minutes: float, faults: int) -> str:
    numbers, requests = sum(o.numbers for o in outcomes), sum(o.requests for o in outcomes)
    return (
        f"crash: {len(outcomes)} rounds in {minutes:.1f} minutes; {numbers:,} numbers, {requests:,} requests, "
        f"{faults:,} faults, {sum(o.retried for o in outcomes)} retries of failed numbers"
    )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common())


def measured(rounds: int = 100, seed: int = 1, budget: timedelta = timedelta(minutes=50)) -> tuple[str, bool]:
    """Play, and return the report and whether nothing was found."""
    begun = time.monotonic()
    outcomes = asyncio.run(played(rounds, seed, budget))
    return report(outcomes, (time.monotonic() - begun) / 60), not any(outcome.findings for outcome in outcomes)


if __name__ == "__main__":
    options = argparse.ArgumentParser("python -m tests.crash", description="Plays crash rounds and reports.")
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--minutes", type=float, default=50, help="no round begins after so many")
    chosen = options.parse_args()
    told, clean = measured(chosen.rounds, chosen.seed, timedelta(minutes=chosen.minutes))
    print(told)  # noqa: T201  # a report
    sys.exit(0 if clean else 1)
