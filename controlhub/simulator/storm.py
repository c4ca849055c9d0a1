"""Every kind of trouble at random: rules that let a share of all requests go wrong, the same ones for the same seed."""

from collections.abc import Sequence
from dataclasses import replace

from controlhub.simulator.faults import FaultRule, When
from controlhub.simulator.numbers import UNKNOWN_NUMBER, UNKNOWN_NUMBER_HEADER

LOST_STATUSES = (500, 502, 503, 504)

HANG_S = 0.3
"""Long enough for other requests to overtake, too short for a caller to give up."""

KINDS: Sequence[FaultRule] = (
    FaultRule(status=429, retry_after=1),
    FaultRule(status=429),
    FaultRule(status=423, retry_after=1),
    FaultRule(status=423),
    *(FaultRule(status=status, when=when) for status in LOST_STATUSES for when in When),
    *(FaultRule(drop=True, when=when) for when in When),
    *(FaultRule(hang_s=HANG_S, when=when) for when in When),
    FaultRule(
        method="DELETE",
        when=When.AFTER,
        answer_contains=str(UNKNOWN_NUMBER),
        status=502,
        headers=UNKNOWN_NUMBER_HEADER,
    ),
)
"""Each as likely as any other. The last one is a refusal in disguise, only where it is true; see switches."""


def storm(share: float) -> list[FaultRule]:
    """Return rules under which that share of the requests that bring a good token goes wrong.

    Consent is spared: its code is good once, so a customer whose code got lost would have to consent again.
    """
    each = share / len(KINDS)
    return [
        # A rule's dice are cast only where those before it did not strike.
        replace(kind, authorized_only=True, probability=each / (1 - each * before))
        for before, kind in enumerate(KINDS)
    ]
