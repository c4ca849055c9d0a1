"""Decisions by digits: which of several rules a number follows, found with one look-up for every few of its digits.

A fork knows the rules that are still open. The next digits narrow them down; as soon as all numbers that begin so have
one answer, that answer stands where a further fork would. Forks are made when a number first comes to them, and shared
where the same rules are left, so that a plan of numbers is never more than a few hundred of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, final

from provisioning.numbering.spellings import ANY, Spelling, common

Answer = TypeVar("Answer")
Other = TypeVar("Other")

STEP = 3
"""How many digits are looked up at once. More of them make fewer look-ups, and larger forks."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[Answer]):
    """Numbers spelled like this have this answer, if no earlier rule is about them."""

    spellings: frozenset[Spelling]
    answer: Answer


Question = tuple[Rule[Answer], ...]
"""Rules in the order they are tried; the last is about every number. Where it is the only one, it is the answer."""


@final
class Fork(dict[str, "Fork[Answer] | Answer"]):
    """Where the next digits lead. Keys are STEP digits (fewer at a number's end) and, to get there, single ones."""

    __slots__ = ("known", "question")

    def __init__(self, question: Question[Answer], known: "dict[Question[Answer], Fork[Answer]]") -> None:
        """Take the rules open here, and where all forks of the same plan are found by theirs."""
        self.question = question
        self.known = known

    def __missing__(self, digits: str) -> "Fork[Answer] | Answer":
        """Find out once."""
        self[digits] = found = self._after(digits)
        return found

    def _after(self, digits: str) -> "Fork[Answer] | Answer":
        if len(digits) == 1:
            return _lead(narrow(self.question, digits), self.known)
        return step(self, digits)


def fork(rules: Iterable[Rule[Answer]], otherwise: Answer, size: int) -> Fork[Answer] | Answer:
    """Prepare rules for numbers of `size` digits: `otherwise` where none is about a number."""
    return _lead(_simplify([*rules, _always(otherwise, size)]), {})


def follow(point: Fork[Answer] | Answer, digits: str, start: int) -> Answer:
    """Give the answer for `digits` from `start` on."""
    while type(point) is Fork:
        point = point[digits[start : start + STEP]]
        start += STEP
    return point


def step(point: Fork[Answer] | Answer, digits: str) -> Fork[Answer] | Answer:
    """Go on by a few digits, one at a time, until the answer is clear."""
    for digit in digits:
        if type(point) is not Fork:
            break
        point = point[digit]
    return point


def cross(rules: Iterable[Rule[Answer]], others: Sequence[Rule[Other]]) -> Iterator[Rule[tuple[Answer, Other]]]:
    """Ask two questions at once; the first rule of either about a number gives its part of the answer."""
    for rule in rules:
        for other in others:
            if both := common(rule.spellings, other.spellings):
                yield Rule(both, (rule.answer, other.answer))


def closed(rules: Iterable[Rule[Answer]], otherwise: Answer, size: int) -> list[Rule[Answer]]:
    """Add the rule about every number."""
    return [*rules, _always(otherwise, size)]


def examples(point: Fork[Answer] | Answer) -> dict[Answer, str]:
    """Find digits for every answer there is; they are cut off where the answer is clear."""
    found: dict[Answer, str] = {}
    seen: set[int] = set()
    open_points = [(point, "")]
    while open_points:
        here, digits = open_points.pop()
        if type(here) is not Fork:
            found.setdefault(here, digits)
        elif id(here) not in seen:
            seen.add(id(here))
            open_points.extend((here[digit], digits + digit) for digit in ANY)
    return found


def narrow(question: Question[Answer], digit: str) -> Question[Answer]:
    """Keep what is still open once the next digit is known."""
    return _simplify(
        Rule(frozenset(spelling[1:] for spelling in rule.spellings if digit in spelling[0]), rule.answer)
        for rule in question
    )


def _simplify(rules: Iterable[Rule[Answer]]) -> Question[Answer]:
    """Leave out rules about no number, join neighbours with one answer, and end with the first about every number."""
    kept: list[Rule[Answer]] = []
    for rule in rules:
        if not rule.spellings:
            continue
        joined = rule.spellings
        if kept and kept[-1].answer == rule.answer:
            joined |= kept.pop().spellings
        everything = next((spelling for spelling in joined if all(digits == ANY for digits in spelling)), None)
        kept.append(Rule(joined if everything is None else frozenset({everything}), rule.answer))
        if everything is not None:
            break
    return tuple(kept)


def _lead(question: Question[Answer], known: dict[Question[Answer], Fork[Answer]]) -> Fork[Answer] | Answer:
    """Give the answer where there is one already, else the fork for these rules."""
    if len(question) == 1:
        return question[0].answer
    return known.setdefault(question, Fork(question, known))


def _always(answer: Answer, size: int) -> Rule[Answer]:
    return Rule(frozenset({(ANY,) * size}), answer)
