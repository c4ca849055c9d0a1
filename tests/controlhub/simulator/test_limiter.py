"""How many requests a second are let in."""

from controlhub.simulator.limiter import Limiter


def test_a_second_s_worth_is_let_in_at_once_and_then_one_by_one():
    """The wait is in whole seconds, as Retry-After is."""
    limiter = Limiter(rate=2)
    assert [limiter.wait_s("one", 0.0) for _ in range(3)] == [None, None, 1]
    assert [limiter.wait_s("one", 0.5), limiter.wait_s("one", 0.5)] == [None, 1]


def test_slow_limits_ask_for_long_waits():
    """Less than one a second still lets one in."""
    limiter = Limiter(rate=0.1)
    assert [limiter.wait_s("one", 0.0), limiter.wait_s("one", 0.0)] == [None, 10]


def test_organizations_have_limits_of_their_own():
    """One cannot starve another."""
    limiter = Limiter(rate=1)
    assert [limiter.wait_s("one", 0.0), limiter.wait_s("other", 0.0)] == [None, None]


def test_no_rate_is_no_limit():
    """The default."""
    limiter = Limiter(rate=None)
    assert [limiter.wait_s("one", 0.0) for _ in range(1000)] == [None] * 1000


def test_consent_is_not_limited():
    """Nobody's requests have no bucket."""
    limiter = Limiter(rate=1)
    assert [limiter.wait_s(None, 0.0) for _ in range(10)] == [None] * 10
