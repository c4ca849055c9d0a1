"""Verdicts on numbers, against the phonenumbers library: how fast, and whether they are the same."""

import time
from collections.abc import Callable, Iterator, Sequence
from random import Random
from statistics import median

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException

from provisioning.numbering.e164 import LocationCountry, Policy, judge_for, parse
from provisioning.verdicts import Fault, Verdict
from store.vocabulary import EntryVerdict
from tests.provisioning.examples import CALLING_CODES, examples, library_number

TIMED = 50_000
"""About how many unique numbers are timed; as many others go before, as in a process that has served for a while."""

COMPARED = 1_000_000
"""At least how many unique numbers are compared."""

ROUNDS = 5
"""How often each is timed; in turns, so that noise falls on both alike."""

Judge = Callable[[str], Verdict]
Judged = Sequence[tuple[str, Judge]]
"""Numbers, each with the judge for a location of its own calling code."""


def measured() -> str:
    """Measure and return a line for the report.

    Raises AssertionError where a verdict on validity differs from the library's.
    """
    judges = _judges()
    _ours(list(_numbers(judges, TIMED, seed=1)))
    numbers = list(_numbers(judges, TIMED, seed=2))
    ours, theirs = _seconds(numbers)
    invalid = sum(_is_invalid(judge(e164)) for e164, judge in numbers)
    compared = _compare(judges)
    return (
        f"verdict on a number: {theirs / ours:.0f} times as fast as phonenumbers (parse, is_valid_number): "
        f"{len(numbers) / ours:,.0f} against {len(numbers) / theirs:,.0f} a second, {len(judges)} calling codes, "
        f"{invalid / len(numbers):.0%} invalid; 0 differences among {compared:,} numbers"
    )


def _judges() -> dict[int, Judge]:
    """Prepare a judge for each calling code; nothing is refused for its line type, as the library refuses nothing."""
    return {
        code: judge_for(LocationCountry(COUNTRY_CODE_TO_REGION_CODE[code][0], str(code)), Policy(frozenset()))
        for code in CALLING_CODES
    }


def _numbers(judges: dict[int, Judge], count: int, seed: int) -> Iterator[tuple[str, Judge]]:
    """Make about `count` unique numbers, the same in every run, as many of each calling code.

    Those of one calling code stand together, as in uploads: in any other order the library would compile its regular
    expressions over and over, for Python keeps 512 of them, and be ten times slower.
    """
    chance = Random(seed)
    for code, judge in judges.items():
        known, start = sorted(set(examples(code))), 1 + len(str(code))
        made: set[str] = set()
        while len(made) < count // len(judges) + 1:
            made.update(_varied(chance.choice(known), start, chance))
        yield from ((e164, judge) for e164 in sorted(made))


def _varied(example: str, start: int, chance: Random) -> Iterator[str]:
    """Put other digits into an example from some place on; one in five gets another length."""
    kept = chance.choice((0, 2, 3, 4, 5, 6))
    length = len(example) - start - kept + chance.choice((0,) * 8 + (-1, 1))
    e164 = example[: start + kept] + "".join(chance.choices("0123456789", k=max(0, length)))
    if 8 <= len(e164) <= 16:
        yield e164


def _seconds(numbers: Judged) -> tuple[float, float]:
    """Time both on the same numbers."""
    rounds = [(_timed(_ours, numbers), _timed(_theirs, numbers)) for _ in range(ROUNDS)]
    ours, theirs = zip(*rounds, strict=True)
    return median(ours), median(theirs)


def _timed(work: Callable[[Judged], None], numbers: Judged) -> float:
    start = time.perf_counter()
    work(numbers)
    return time.perf_counter() - start


def _ours(numbers: Judged) -> None:
    for raw, judge in numbers:
        e164 = parse(raw)
        if not isinstance(e164, Fault):
            judge(e164)


def _theirs(numbers: Judged) -> None:
    for raw, _ in numbers:
        try:
            phonenumbers.is_valid_number(phonenumbers.parse(raw))
        except NumberParseException:
            continue


def _compare(judges: dict[int, Judge]) -> int:
    """Hold verdicts against the library's on the digits as they stand; return how many numbers agreed, all of them."""
    compared, differing = 0, []
    for e164, judge in _numbers(judges, COMPARED, seed=3):
        compared += 1
        if _is_invalid(judge(e164)) is phonenumbers.is_valid_number(library_number(e164)):
            differing.append(e164)
    assert not differing, f"{len(differing)} differences among {compared}: {differing[:10]}"
    return compared


def _is_invalid(verdict: Verdict) -> bool:
    return verdict.verdict is EntryVerdict.INVALID
