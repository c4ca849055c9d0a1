"""The root of the tree of errors, and what the store itself can say.

An error's docstring is its message, with the fields of the error filled in; `code` is stable and meant for programs.
"""

import inspect
from dataclasses import asdict, dataclass, field


@dataclass(eq=False)
class NumberlineError(Exception):
    """Something foreseen went wrong."""

    code = "ERROR"
    path: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def message(self) -> str:
        """Return the docstring with this error's fields filled in."""
        return inspect.cleandoc(type(self).__doc__ or "").format(**asdict(self))

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class NotFound(NumberlineError):
    """There is no such {what} here."""

    code = "NOT_FOUND"
    what: str


@dataclass(eq=False)
class AmbiguousReference(NumberlineError):
    """More than one {what} has the reference "{reference}"; name it by its id."""

    code = "AMBIGUOUS_REFERENCE"
    what: str
    reference: str


@dataclass(eq=False)
class NameTaken(NumberlineError):
    """Another {what} here already has this {field_name}; choose a different one."""

    code = "NAME_TAKEN"
    what: str
    field_name: str


@dataclass(eq=False)
class IdempotencyKeyReused(NumberlineError):
    """The idempotency key was used before with a different request; send a new key with a new request."""

    code = "IDEMPOTENCY_KEY_REUSED"


@dataclass(eq=False)
class IdempotencyResultGone(NumberlineError):
    """This request was made before, and what it made is gone since; to make it anew, send it with a new key."""

    code = "IDEMPOTENCY_RESULT_GONE"


@dataclass(eq=False)
class Unavailable(NumberlineError):
    """The database cannot be reached at the moment; send the same request again in a few seconds."""

    code = "UNAVAILABLE"


@dataclass(eq=False)
class Busy(Unavailable):
    """Somebody else is at work on the same; nothing was done, send the same request again in a few seconds."""

    code = "BUSY"


@dataclass(eq=False)
class TextInvalid(NumberlineError):
    """A text holds a NUL character or half of a surrogate pair, which cannot be stored; remove it."""

    code = "TEXT_INVALID"
