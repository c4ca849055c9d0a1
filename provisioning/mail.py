"""Sending mail, as far as the rules know it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain-text e-mail."""

    to: str
    subject: str
    text: str


class LetterRefused(Exception):
    """The mail server refuses the letter for good: sending it again would not help."""

    def __init__(self, reason: str) -> None:
        """Take the server's own words; people read them."""
        super().__init__(reason)
        self.reason = reason


class LetterDelayed(OSError):
    """The mail server does not take the letter now; `reason` is for people, and has no secret of ours."""

    def __init__(self, reason: str) -> None:
        """Take the server's own words where they are about the letter."""
        super().__init__(reason)
        self.reason = reason


class Mailer(Protocol):
    """Something that delivers letters: a mail server, or the outbox of a development machine."""

    async def send(self, letter: Letter) -> None:
        """Deliver the letter: returning means that it was taken.

        Raises LetterRefused where it never will be, and OSError, of which LetterDelayed is one, where the caller
        has to try again later.
        """
        ...
