"""A hundred crash rounds: what a kill at any moment costs in truth is nothing, and this counts it."""

from tests.crash.__main__ import measured as played


def measured() -> str:
    """Play the rounds and return the report; it ends by itself, after about half an hour."""
    return played()[0]
