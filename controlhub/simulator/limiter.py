"""How many requests a second are let in before 429."""

import math
from dataclasses import dataclass, field


@dataclass(slots=True)
class Limiter:
    """A token bucket for each organization, a second's worth deep. `rate` is requests a second, None for no limit.

    What comes without a good token, as consent does, is not limited. `is_silent`: 429 comes without Retry-After.
    """

    rate: float | None
    is_silent: bool = False
    _level_by_organization: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait_s(self, organization: str | None, now_s: float) -> int | None:
        """Take a token and return None, or return the whole seconds after which there will be one."""
        if self.rate is None or organization is None:
            return None
        depth = max(1.0, self.rate)
        level, at_s = self._level_by_organization.get(organization, (depth, now_s))
        level = min(depth, level + (now_s - at_s) * self.rate)
        is_let_in = level >= 1
        self._level_by_organization[organization] = (level - is_let_in, now_s)
        return None if is_let_in else math.ceil((1 - level) / self.rate)
