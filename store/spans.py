"""Sets of numbers, held as runs of consecutive ones."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Dialect, TypeDecorator
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, Range


class Span(NamedTuple):
    """Consecutive numbers, ends included."""

    first: str
    last: str
    size: int

    @classmethod
    def between(cls, first: int, last: int) -> "Span":
        """Return the span between two numbers that are written as integers."""
        return cls(f"+{first}", f"+{last}", last - first + 1)


def spans_of(e164s: Iterable[str]) -> list[Span]:
    """Return the runs of the numbers, ascending."""
    numbers = sorted({digits(e164) for e164 in e164s})
    runs = (
        [number for _, number in run] for _, run in groupby(enumerate(numbers), key=lambda place: place[1] - place[0])
    )
    return [Span.between(run[0], run[-1]) for run in runs]


def digits(e164: str) -> int:
    """Turn a number into an integer: it never begins with 0, so that nothing is lost."""
    return int(e164[1:])


class NumberSet(TypeDecorator[Sequence[Span]]):
    """Numbers as a multirange: a hundred thousand consecutive ones take no more room than one."""

    impl = INT8MULTIRANGE
    cache_ok = True

    def process_bind_param(self, value: Collection[Span] | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Make ranges of integers."""
        if value is None:
            return None
        return [Range(digits(span.first), digits(span.last), bounds="[]") for span in value]

    def process_result_value(self, value: Any, dialect: Dialect) -> list[Span] | None:  # noqa: ARG002
        """Make spans; PostgreSQL says the number after the last one."""
        return None if value is None else [Span.between(one.lower, one.upper - 1) for one in value]
