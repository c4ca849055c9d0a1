"""Rules and forks, with made-up plans."""

import pytest

from provisioning.numbering.forks import Fork, Rule, closed, cross, examples, follow, fork
from provisioning.numbering.spellings import spell

RULES = (
    Rule(spell(r"12\d{4}", 6), "twelve"),
    Rule(spell(r"1\d{4}[05]", 6), "fives"),
    Rule(spell(r"[0-4]\d{5}|[5-8]\d{5}", 6), "eights"),
)
PLAN = fork(RULES, "none", 6)


@pytest.mark.parametrize(
    ("digits", "answer"),
    [
        ("123456", "twelve"),
        ("123455", "twelve"),
        ("133455", "fives"),
        ("133456", "eights"),
        ("833456", "eights"),
        ("933455", "none"),
    ],
)
def test_the_first_rule_about_a_number_answers(digits: str, answer: str) -> None:
    """And what is left over has the answer for the rest; asked twice, because the second is looked up."""
    assert [follow(PLAN, digits, 0), follow(PLAN, "+" + digits, 1)] == [answer, answer]


def test_an_answer_stands_where_it_is_clear() -> None:
    """Whether by one spelling or by several together."""
    assert isinstance(PLAN, Fork)
    assert [PLAN["123"], PLAN["2"], PLAN["9"]] == ["twelve", "eights", "none"]
    assert isinstance(PLAN["133"], Fork)


def test_equal_ways_are_one() -> None:
    """However they are come to, so that a plan stays small."""
    assert isinstance(PLAN, Fork)
    assert PLAN["133"] is PLAN["145"]


def test_no_rule_is_an_answer_at_once() -> None:
    """And so is a rule about everything."""
    assert fork([], "none", 6) == "none"
    assert fork([Rule(spell(r"\d{6}", 6), "all")], "none", 6) == "all"


def test_two_questions_can_be_asked_at_once() -> None:
    """Each has its own order of rules."""
    odd = closed([Rule(spell(r"\d{5}[13579]", 6), 1)], 0, 6)
    both = fork(cross(closed(RULES, "none", 6), odd), ("", 0), 6)
    assert [follow(both, digits, 0) for digits in ("123451", "133455", "900000")] == [
        ("twelve", 1),
        ("fives", 1),
        ("none", 0),
    ]


def test_every_answer_has_an_example() -> None:
    """Of which any continuation is one too."""
    found = examples(PLAN)
    assert set(found) == {"twelve", "fives", "eights", "none"}
    assert {answer: follow(PLAN, digits.ljust(6, "7"), 0) for answer, digits in found.items()} == {
        answer: answer for answer in found
    }
