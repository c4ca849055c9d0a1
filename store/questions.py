"""How often an owner may ask whether numbers are taken: the answer tells something about other tenants."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from store.database import Reading, Transaction

WINDOW = timedelta(hours=1)
"""For how long questions are counted together."""


@dataclass(frozen=True, slots=True)
class Question:
    """How many numbers are asked about, when, and how many may be in a window."""

    numbers: int
    at: datetime
    most: int


_ASK = text("""
INSERT INTO taken_question AS q (owner, asked, since) VALUES (:owner, :numbers, :at)
ON CONFLICT (owner) DO UPDATE
SET asked = CASE WHEN q.since <= :begin THEN 0 ELSE q.asked END + :numbers,
    since = CASE WHEN q.since <= :begin THEN :at ELSE q.since END
WHERE q.since <= :begin OR q.asked = 0 OR q.asked + :numbers <= :most
RETURNING asked
""")


async def ask(transaction: Transaction, question: Question) -> bool:
    """Note the question in its owner's account; return False, and note nothing, where it would be too many.

    The first question of a window is always let through, so that one upload is never too large to be asked about.
    """
    values = {
        "owner": transaction.scope.principal,
        "numbers": question.numbers,
        "at": question.at,
        "begin": question.at - WINDOW,
        "most": question.most,
    }
    return (await transaction.session.execute(_ASK, values)).first() is not None


async def next_window(reading: Reading) -> datetime | None:
    """Return when the owner's account is empty again; None where it has not asked yet."""
    query = text("SELECT since FROM taken_question WHERE owner = :owner")
    since: datetime | None = (await reading.session.execute(query, {"owner": reading.scope.principal})).scalar()
    return None if since is None else since + WINDOW
