"""Refusals of requests of any kind."""

from collections.abc import Iterable
from dataclasses import dataclass

from store.errors import NumberlineError


class Refused(Exception):
    """A request has several faults at once; all of them are in `errors`, none was acted upon."""

    def __init__(self, errors: Iterable[NumberlineError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(str(error) for error in self.errors))


def refuse_any(errors: Iterable[NumberlineError | None]) -> None:
    """Raise Refused with those that are not None; return if there are none."""
    found = [error for error in errors if error is not None]
    if found:
        raise Refused(found)


@dataclass(eq=False)
class Blank(NumberlineError):
    """Enter the {what}."""

    code = "BLANK"
    what: str


@dataclass(eq=False)
class TooLong(NumberlineError):
    """The {what} may have at most {most} characters; shorten it."""

    code = "TEXT_TOO_LONG"
    what: str
    most: int


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
    """The {subject} is {state}, and {event} is not possible in that state."""

    code = "STATE_FORBIDS"
    subject: str
    state: str
    event: str
