"""What the log says of refused tokens."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from api.identity import Terms, Tokens
from provisioning.errors import Unauthenticated
from tests.api.identity.conftest import Door
from tests.api.issuer import AUDIENCE, signed

PERSON = "ann@person.example"
GOOD = {"alg": "ES256", "kid": "curve"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"exp": datetime(2020, 1, 1, tzinfo=UTC)}, "expired"),
        ({"nbf": datetime(2100, 1, 1, tzinfo=UTC)}, "not good yet, by its claim `nbf` or `iat`"),
        ({"exp": None}, "claim `exp`"),
        ({"exp": "never"}, "it cannot be read"),
        ({"aud": PERSON}, "claim `aud`"),
        ({"aud": None}, "claim `aud`"),
        ({"iss": PERSON}, "claim `iss`"),
        ({"sub": f"{PERSON}\n"}, "claim `sub`"),
        ({"sub": 5}, "claim `sub`"),
        ({"level": None}, "claim `level`"),
        ({"level": PERSON}, "claim `level`"),
        ({"role": [PERSON]}, "claim `role`"),
        ({"level": "PROVIDER"}, "claim `bound_to`"),
        ({"level": "PROVIDER", "bound_to": PERSON}, "claim `bound_to`"),
        ({"bound_to": 5}, "claim `bound_to`"),
    ],
    ids=str,
)
async def test_the_log_says_which_claim_a_token_was_refused_for(
    door: Door, caplog: pytest.LogCaptureFixture, changed: dict[str, Any], reason: str
) -> None:
    """By its name alone: what it says may be somebody's address."""
    given = {**door.issuer.claims(sub=PERSON), **changed}

    await door.refuses(signed(GOOD, {name: one for name, one in given.items() if one is not None}))

    assert caplog.messages == [f"a token was refused: {reason}"]


async def test_the_log_says_that_a_token_is_not_signed_as_it_should_be(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """By a key that nobody knows, by another one than it names, in another way, or not at all."""
    claims, stranger = door.issuer.claims(), ec.generate_private_key(ec.SECP256R1())
    another = door.issuer.token()
    door.issuer.keys = {"curve": stranger}
    tokens = [signed({"alg": "ES256", "kid": PERSON}, claims), another, signed({"alg": "HS256", "kid": "curve"}, {})]

    for token in [*tokens, PERSON, f"{PERSON} " * 1_000]:
        door.tokens = Tokens(door.keys, Terms(door.issuer.address, AUDIENCE), lambda: datetime.now(UTC))
        await door.refuses(token)

    reasons = [message.removeprefix("a token was refused: ") for message in caplog.messages]
    assert reasons == ["unknown key", "signature", "algorithm", "it cannot be read", "it cannot be read"]


async def test_the_log_is_not_filled_with_bad_tokens(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Anybody may send them: one in ten seconds is told of."""
    began = datetime.now(UTC)
    times = [began + timedelta(seconds=each) for each in (0, 1, 9.9, 10, 11, 20)]
    clock = iter(times)
    tokens = Tokens(door.keys, Terms(), lambda: next(clock))

    for _ in times:
        with pytest.raises(Unauthenticated):
            await tokens.caller("Basic x")

    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.WARNING, "a token was refused: it is no bearer token")
    ] * 3


async def test_who_has_no_token_is_not_told_of(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """There was none to refuse."""
    assert await door.tokens.caller(None) is None
    assert await door.let_in(door.issuer.token())
    assert caplog.messages == []
