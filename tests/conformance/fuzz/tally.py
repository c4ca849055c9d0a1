"""What came of a fuzzing, in figures."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from graphql import OperationType

from tests.conformance.fuzz.aiming import Operation
from tests.conformance.fuzz.judging import codes


@dataclass(slots=True)
class Tally:
    """Counts, and what was found."""

    sent: Counter[OperationType] = field(default_factory=Counter)
    ran: int = 0
    """How many were not refused as a whole: something resolved them."""
    done: Counter[str] = field(default_factory=Counter)
    """How many mutations went through, by field."""
    codes: Counter[str] = field(default_factory=Counter)
    """How many answers had a code."""
    found: list[str] = field(default_factory=list)
    """What is wrong, with the operation that showed it."""
    slowest_s: float = 0
    seconds: float = 0

    def count(self, operation: Operation, answer: dict[str, Any]) -> None:
        """Take in an answer that is as it should be."""
        said = codes(answer)
        self.codes.update(set(said))
        self.ran += "data" in answer
        if operation.kind is OperationType.MUTATION and not said:
            self.done[operation.root_field] += 1

    def __str__(self) -> str:
        """Return a report."""
        kinds = ", ".join(f"{count} {kind.value}" for kind, count in self.sent.most_common())
        mutations = self.sent[OperationType.MUTATION]
        figures = (
            f"{self.sent.total()} operations ({kinds}) in {self.seconds:.0f} s, the slowest took {self.slowest_s:.1f} s"
        )
        through = f"{_share(self.done.total(), mutations)} of the mutations went through, of {len(self.done)} fields"
        lines = [
            f"fuzzing: {figures}; {len(self.found)} findings",
            f"  {_share(self.ran, self.sent.total())} ran; {through}",
            "  codes: " + ", ".join(f"{code} {count}" for code, count in self.codes.most_common()),
        ]
        return "\n".join([*lines, *self.found])


def _share(part: int, whole: int) -> str:
    return f"{part / max(whole, 1):.0%}"
