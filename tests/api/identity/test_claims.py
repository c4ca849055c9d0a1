"""What a token has to say of its bearer."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest

from api.identity import ClaimNames, Terms, Tokens
from api.issuer import IssuerKeys
from api.wiring import now
from schema.ids import encode
from store.vocabulary import Level, Role
from tests.api.identity.conftest import Door
from tests.api.issuer import AUDIENCE, CURVE, signed

LATER = datetime(2100, 1, 1, tzinfo=UTC)
EARLIER = datetime(2020, 1, 1, tzinfo=UTC)
SOMETHING = UUID(int=1)


@pytest.mark.parametrize(("level", "kind"), [("PROVIDER", "Tenant"), ("Channel", "Tenant"), ("customer", "Customer")])
async def test_below_system_level_a_token_says_whose_it_is(door: Door, level: str, kind: str) -> None:
    """By the global id that the API shows."""
    key = uuid4()

    caller = await door.let_in(door.issuer.token(level=level, role="monitor", bound_to=encode(kind, key)))

    assert caller is not None
    assert (caller.level, caller.role, caller.bound_to) == (Level[level.upper()], Role.MONITOR, key)


async def test_the_names_of_the_claims_can_be_set(door: Door) -> None:
    """Issuers want them to be addresses, so that they mean the same to everybody."""
    names = ClaimNames("https://n.example/level", "https://n.example/role", "https://n.example/of")
    keys = IssuerKeys(door.issuer.address, None, door.http, lambda: 0)
    tokens = Tokens(keys, Terms(door.issuer.address, AUDIENCE, names), now)
    bound = encode("Tenant", uuid4())
    ours = {names.level: "PROVIDER", names.role: "OPERATOR", names.bound_to: bound}
    given = door.issuer.claims(level=None, role=None, **ours)

    caller = await tokens.caller(f"Bearer {jwt.encode(given, CURVE, algorithm='ES256', headers={'kid': 'curve'})}")

    assert caller is not None
    assert (caller.level, caller.role) == (Level.PROVIDER, Role.OPERATOR)


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": EARLIER},
        {"exp": None},
        {"exp": "never"},
        {"exp": 10**18},
        {"exp": float("inf")},
        {"nbf": LATER},
        {"iat": LATER},
        {"iat": None},
        {"aud": "numberline"},
        {"aud": None},
        {"iss": "numberline"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"sub": " "},
        {"sub": "\ud800"},
        {"sub": "ann\nbob"},
        {"sub": "ann\0"},
        {"sub": "x" * 256},
        {"level": None},
        {"level": "GOD"},
        {"level": ["SYSTEM"]},
        {"level": "\u017fystem"},
        {"level": "sy\u017ftem"},
        {"bound_to": ""},
        {"bound_to": 0},
        {"bound_to": False},
        {"bound_to": []},
        {"bound_to": {}},
        {"role": None},
        {"role": "KING"},
        {"role": "adm\u0131n"},
        {"bound_to": encode("Tenant", SOMETHING)},
        {"level": "PROVIDER"},
        {"level": "PROVIDER", "bound_to": str(SOMETHING)},
        {"level": "PROVIDER", "bound_to": encode("Customer", SOMETHING)},
        {"level": "CUSTOMER", "bound_to": encode("Tenant", SOMETHING)},
        {"level": "PROVIDER", "bound_to": 5},
    ],
    ids=str,
)
async def test_a_token_with_a_bad_claim_is_refused(door: Door, changed: dict[str, Any]) -> None:
    """Signed by the issuer, and still no good: ended, not begun, for somebody else, or saying what cannot be."""
    given = {**door.issuer.claims(), **changed}
    token = signed({"alg": "ES256", "kid": "curve"}, {name: one for name, one in given.items() if one is not None})

    assert await door.refuses(token)


async def test_clocks_may_differ_by_the_leeway(door: Door) -> None:
    """And by no more."""
    seconds = timedelta(seconds=10)

    assert await door.let_in(door.issuer.token(exp=datetime.now(UTC) - seconds))
    assert await door.let_in(door.issuer.token(iat=datetime.now(UTC) + seconds))
    assert await door.refuses(door.issuer.token(exp=datetime.now(UTC) - 4 * seconds))
    assert await door.refuses(door.issuer.token(nbf=datetime.now(UTC) + 4 * seconds))
