r"""Patterns of digits spelled out: the phonenumbers library's regular expressions as plain lists of digits.

Its patterns consist of digits, sets of digits, groups, alternatives and counted repetitions, nothing without an end.
So for numbers of one length a pattern is a list of at most a few hundred spellings, each saying which digits may stand
at which place: `1[2-4]\d?` is (1)(234) for two digits and (1)(234)(0123456789) for three.
"""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import reduce

Spelling = tuple[str, ...]
"""For each place the digits that may stand there, in ascending order."""

ANY = "0123456789"
"""The place where every digit may stand."""

_TOKEN = re.compile(r"\\d|[0-9]|\[[0-9-]+\]|\((?:\?:)?|\)|\||\?|\{[0-9]+(?:,[0-9]+)?\}")
"""All that the library's patterns consist of; groups that capture and groups that do not are the same here."""


@dataclass(eq=False)
class UnknownPattern(Exception):
    """A pattern holds what cannot be spelled out: a new release of phonenumbers writes its patterns otherwise."""

    pattern: str


def spell(pattern: str, size: int) -> frozenset[Spelling]:
    """List what a pattern matches in full among numbers of `size` digits. Raises UnknownPattern."""
    tokens = _TOKEN.findall(pattern)
    if "".join(tokens) != pattern:
        raise UnknownPattern(pattern)
    return frozenset(found for found in _Pattern(tokens[::-1], size).alternatives() if len(found) == size)


def spell_beginning(pattern: str, size: int) -> frozenset[Spelling]:
    """List the numbers of `size` digits that begin with what a pattern matches. Raises UnknownPattern."""
    return frozenset(found + (ANY,) * (size - length) for length in range(size + 1) for found in spell(pattern, length))


def spells(spellings: AbstractSet[Spelling], digits: str) -> bool:
    """Say whether a number is among those spelled."""
    return any(all(digit in place for digit, place in zip(digits, spelling, strict=True)) for spelling in spellings)


def common(one: AbstractSet[Spelling], other: AbstractSet[Spelling]) -> frozenset[Spelling]:
    """List what two lists for the same size have in common."""
    met = (_common(ours, theirs) for ours in one for theirs in other)
    return frozenset(found for found in met if found is not None)


def _common(one: Spelling, other: Spelling) -> Spelling | None:
    """Meet place by place, up to the first where nothing is left."""
    places: list[str] = []
    for digits, others in zip(one, other, strict=True):
        both = digits if others == ANY else "".join(digit for digit in digits if digit in others)
        if not both:
            return None
        places.append(both)
    return tuple(places)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What is left of a pattern, its next token last. Spellings that grow beyond `size` are dropped on the way."""

    tokens: list[str]
    size: int

    def alternatives(self) -> set[Spelling]:
        """Read up to the end of the group."""
        found = self._sequence()
        while self._take("|"):
            found |= self._sequence()
        return found

    def _sequence(self) -> set[Spelling]:
        found: set[Spelling] = {()}
        while self.tokens and self.tokens[-1] not in ("|", ")"):
            found = self._repeated(found, self._piece())
        return found

    def _piece(self) -> set[Spelling]:
        token = self.tokens.pop()
        if not token.startswith("("):
            return {(_digits(token),)}
        inside = self.alternatives()
        self.tokens.pop()
        return inside

    def _repeated(self, before: set[Spelling], piece: set[Spelling]) -> set[Spelling]:
        """Append a piece as often as the token behind it says."""
        low, high = self._count()
        grown = [before]
        for _ in range(high):
            grown.append({a + b for a in grown[-1] for b in piece if len(a) + len(b) <= self.size})
        return reduce(set.union, grown[low:])

    def _count(self) -> tuple[int, int]:
        if self._take("?"):
            return 0, 1
        if not self.tokens or not self.tokens[-1].startswith("{"):
            return 1, 1
        low, _, high = self.tokens.pop().strip("{}").partition(",")
        return int(low), int(high or low)

    def _take(self, expected: str) -> bool:
        """Pass the next token if it is the expected one."""
        if not self.tokens or self.tokens[-1] != expected:
            return False
        self.tokens.pop()
        return True


def _digits(place: str) -> str:
    r"""List the digits that a digit, a set such as [2-57] or \d stands for."""
    return ANY if place == r"\d" else "".join(digit for digit in ANY if re.fullmatch(place, digit))
