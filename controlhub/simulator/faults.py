"""Going wrong on purpose: rules that say which requests fail, how, and how often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Annotated, ClassVar

import orjson
from pydantic import ConfigDict, Field

from controlhub.simulator.answers import JSON, Answer, error_answer
from controlhub.simulator.visit import Visit


class When(StrEnum):
    """Which side of the effect a fault strikes on."""

    BEFORE = "before"
    """The request is not done."""
    AFTER = "after"
    """The request is done, and the caller does not learn it."""


@dataclass(frozen=True, slots=True)
class FaultRule:
    """Which requests fail, and how. Fields that are left out match, or change, nothing.

    `authorized_only` spares requests without a good token, consent among them; `answer_contains` lets it strike, after
    the effect, only where the true answer holds that text. `times` is how often it strikes, None for ever; `body`
    replaces the answer's (a text is sent as it stands, anything else as JSON); without `status` and `drop` the request
    is only held up, by `hang_s`.
    """

    # pydantic reads rules from JSON: a misspelt field must not pass for a rule that never strikes.
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    method: str | None = None
    path_contains: str = ""
    body_contains: str = ""
    authorized_only: bool = False
    answer_contains: str = ""
    times: int | None = None
    probability: float = 1.0
    when: When = When.BEFORE
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    retry_after: int | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    hang_s: float = 0.0
    drop: bool = False

    @property
    def is_replacing(self) -> bool:
        """Say whether the caller gets something else than the true answer."""
        return self.drop or self.status is not None

    def matches(self, visit: Visit) -> bool:
        """Say whether the rule is about that request."""
        return (
            self.method in {None, visit.method}
            and self.path_contains in visit.path
            and self.body_contains.encode() in visit.body
            and not (self.authorized_only and visit.organization is None)
        )

    def concerns(self, answer: Answer) -> bool:
        """Say whether the rule is about requests with that true answer."""
        return self.answer_contains.encode() in answer.content

    def answer(self, visit: Visit) -> Answer:
        """Return what is answered instead of the truth."""
        answer = error_answer(self.status or 500, visit.tracking_id)
        content = answer.content if self.body is None else _content(self.body)
        headers = {"content-type": JSON, **self.headers}
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        return Answer(answer.status, content, headers)


@dataclass(slots=True)
class Faults:
    """The rules in force, in their order; the seed makes their dice repeat themselves."""

    rules: Sequence[FaultRule] = ()
    seed: int = 0
    _struck: list[int] = field(init=False)
    _dice: Random = field(init=False)

    def __post_init__(self) -> None:
        self._struck = [0] * len(self.rules)
        self._dice = Random(self.seed)  # noqa: S311 - dice, not secrets

    def strike(self, visit: Visit) -> FaultRule | None:
        """Return the first rule that strikes that request, and count it; None where none does."""
        for index, rule in enumerate(self.rules):
            if self._is_due(index, rule) and rule.matches(visit) and self._dice.random() < rule.probability:
                self._struck[index] += 1
                return rule
        return None

    def take_back(self, rule: FaultRule) -> None:
        """Uncount a strike of the rule: the true answer showed that it is not about that request."""
        self._struck[next(index for index, known in enumerate(self.rules) if known is rule)] -= 1

    def struck(self) -> list[int]:
        """Return how often each rule has struck, in their order."""
        return list(self._struck)

    def _is_due(self, index: int, rule: FaultRule) -> bool:
        return rule.times is None or self._struck[index] < rule.times


def _content(body: object) -> bytes:
    return body.encode() if isinstance(body, str) else orjson.dumps(body)
