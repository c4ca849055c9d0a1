"""Refusals of requests of any kind."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from store.errors import NotFound, NumberlineError

Item = TypeVar("Item")

MOST_TOLD = 100
"""How many faults of one request are told: enough to mend a form by, bounded for the answer."""


class Refused(Exception):
    """A request has several faults at once; the first 100 are in `errors`, none was acted upon."""

    def __init__(self, errors: Iterable[NumberlineError]) -> None:
        self.errors = tuple(islice(errors, MOST_TOLD))
        super().__init__("; ".join(str(error) for error in self.errors))


def refuse_any(errors: Iterable[NumberlineError | None]) -> None:
    """Raise Refused with those that are not None; return if there are none."""
    found = [error for error in errors if error is not None]
    if found:
        raise Refused(found)


@dataclass(eq=False)
class AboutItem(NumberlineError):
    """A refusal of one of several things; `index` is its place in the list that named it, None where none did."""

    index: int | None = field(default=None, kw_only=True)


@dataclass(eq=False)
class AboutNumber(AboutItem):
    """A refusal of one of several numbers: E.164, or the text as it came where that cannot be read."""

    number: str


@dataclass(eq=False)
class LimitPassed(NumberlineError):
    """More than `most` of something."""

    most: int


class Refusals(Generic[Item]):
    """What speaks against each of several things, collected so that all of it is told at once.

    `place` gives where a thing stands in the list that named it.
    """

    def __init__(self, place: Callable[[Item], int | None]) -> None:
        self._place = place
        self._found: list[AboutItem] = []

    @contextmanager
    def about(self, item: Item) -> Iterator[None]:
        """Keep a refusal of this one for `tell`, with its place in the list."""
        try:
            yield
        except AboutItem as error:
            error.index = self._place(item)
            self._found.append(error)

    def tell(self) -> None:
        """Raise the one refusal there was, or Refused with all of them; return if there was none."""
        if len(self._found) == 1:
            raise self._found[0]
        refuse_any(self._found)


@dataclass(eq=False)
class ItemNotFound(AboutItem):
    """There is no such {what} here."""

    code = NotFound.code
    what: str


@dataclass(eq=False)
class NumberNotFound(AboutNumber):
    """There is no such number {number} here."""

    code = NotFound.code


@dataclass(eq=False)
class NumberRuleBroken(AboutNumber):
    """{explanation}"""  # noqa: D400, D415  # the rule that was broken brings the whole sentence

    rule: str
    explanation: str

    def __post_init__(self) -> None:
        self.code = self.rule


@dataclass(eq=False)
class Blank(NumberlineError):
    """Enter the {what}."""

    code = "BLANK"
    what: str


@dataclass(eq=False)
class TooLong(LimitPassed):
    """The {what} may have at most {most} characters; shorten it."""

    code = "TEXT_TOO_LONG"
    what: str


@dataclass(eq=False)
class EmailInvalid(NumberlineError):
    """This is not an e-mail address; write it as name@example.com."""

    code = "EMAIL_INVALID"


@dataclass(eq=False)
class RuleBroken(NumberlineError):
    """{explanation}"""  # noqa: D400, D415  # the rule that was broken brings the whole sentence

    rule: str
    explanation: str

    def __post_init__(self) -> None:
        self.code = self.rule


@dataclass(eq=False)
class Forbidden(NumberlineError):
    """Your level and role do not allow this."""

    code = "FORBIDDEN"


@dataclass(eq=False)
class Unauthenticated(NumberlineError):
    """Send a valid bearer token in the Authorization header."""

    code = "UNAUTHENTICATED"


@dataclass(eq=False)
class TransitionRefused(NumberlineError):
    """The {subject} is {state}; only one that is {fit} can {do}."""

    code = "STATE_FORBIDS"
    subject: str
    state: str
    fit: str
    do: str
