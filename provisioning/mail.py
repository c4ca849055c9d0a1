"""Sending mail, as far as the rules know it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain-text e-mail."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Something that delivers letters: a mail server, or the outbox of a development machine."""

    async def send(self, letter: Letter) -> None:
        """Deliver the letter or raise OSError, whereupon the caller tries again later."""
        ...
