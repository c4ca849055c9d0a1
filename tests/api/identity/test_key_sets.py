"""Keys that are read from an issuer over HTTP: new ones, old ones, and an issuer that is down or answers nonsense."""

import asyncio
import gzip
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from api.issuer import FRESH_S, PAUSE_S, IssuerUnavailable
from api.settings import Settings
from tests.api.identity.conftest import Door
from tests.api.issuer import CURVE, RSA, jwk, signed


async def test_keys_are_read_once_for_many(door: Door) -> None:
    """Also where many come at once."""
    await asyncio.gather(*(door.let_in(door.issuer.token(sub=str(number))) for number in range(20)))

    assert door.issuer.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_a_new_key_is_found(door: Door) -> None:
    """The issuer signs with it at once."""
    await door.let_in(door.issuer.token())
    door.issuer.keys["new"] = ec.generate_private_key(ec.SECP256R1())
    door.seconds = PAUSE_S

    assert await door.let_in(door.issuer.token("new"))


async def test_unknown_key_ids_do_not_reach_the_issuer_through_us(door: Door) -> None:
    """More than once in a while."""
    await door.let_in(door.issuer.token())
    strangers = [signed({"alg": "ES256", "kid": f"stranger-{number}"}, door.issuer.claims()) for number in range(50)]
    door.seconds = PAUSE_S

    assert all([await door.refuses(token) for token in strangers])
    assert len(door.issuer.asked) == 4


async def test_a_withdrawn_key_stops_being_good(door: Door) -> None:
    """For tokens too that were let in before; the first who comes after a while sees to it."""
    token = door.issuer.token()
    await door.let_in(token)
    del door.issuer.keys["curve"]
    door.seconds = FRESH_S

    assert await door.let_in(token)
    assert await door.refuses(signed({"alg": "ES256", "kid": "who waits for the keys"}, door.issuer.claims()))
    assert await door.refuses(token)


async def test_a_replaced_key_stops_being_good_under_its_old_id(door: Door) -> None:
    """A token that was checked with the old one is checked again."""
    token = door.issuer.token()
    await door.let_in(token)
    door.issuer.keys["curve"] = ec.generate_private_key(ec.SECP256R1())
    door.issuer.keys["new"] = RSA
    door.seconds = FRESH_S
    await door.let_in(door.issuer.token("new", "RS256"))

    assert await door.refuses(token)


async def test_known_keys_go_on_while_the_issuer_is_down(door: Door) -> None:
    """And who comes with another one is told to come again."""
    await door.let_in(door.issuer.token())
    door.issuer.fails = True
    door.seconds = 100 * FRESH_S
    door.issuer.keys["new"] = RSA

    with pytest.raises(IssuerUnavailable):
        await door.let_in(door.issuer.token("new", "RS256"))
    assert await door.let_in(door.issuer.token(sub="bob"))


async def test_the_first_who_come_while_the_issuer_is_down_are_told_to_come_again(door: Door) -> None:
    """Nobody can say whether their tokens are good; once it answers, they are let in."""
    door.issuer.fails = True
    with pytest.raises(IssuerUnavailable):
        await door.let_in(door.issuer.token())
    with pytest.raises(IssuerUnavailable):
        await door.let_in(door.issuer.token())
    assert len(door.issuer.asked) == 1

    door.issuer.fails = False
    door.seconds = PAUSE_S
    assert await door.let_in(door.issuer.token())


@pytest.mark.parametrize(
    "described",
    [{"issuer": "https://somebody.example"}, {"jwks_uri": None}, {"jwks_uri": "nonsense"}, {"jwks_uri": "/keys"}],
    ids=str,
)
async def test_an_issuer_that_describes_itself_wrongly_is_not_believed(door: Door, described: dict[str, Any]) -> None:
    """OpenID Connect Discovery 1.0, section 4.3."""
    door.issuer.described = described

    with pytest.raises(IssuerUnavailable):
        await door.let_in(door.issuer.token())


@pytest.mark.parametrize(
    "entry",
    [
        "x",
        None,
        {},
        jwk(CURVE, "odd") | {"kid": ["a"]},
        jwk(RSA, "odd") | {"kid": {}},
        jwk(CURVE, "odd", alg=["ES256"]),
        jwk(CURVE, "odd") | {"crv": ["P-256"]},
        jwk(CURVE, "odd") | {"use": ["sig"]},
        jwk(RSA, "odd") | {"n": 5},
        jwk(RSA, "odd") | {"e": "AQ"},
        {"kty": [], "kid": "odd"},
        {"kty": "\ud800", "kid": "odd"},
    ],
)
async def test_an_odd_key_leaves_the_others_alone(door: Door, entry: Any) -> None:
    """It is none of ours."""
    door.issuer.more = [entry]

    assert await door.let_in(door.issuer.token())


@pytest.mark.parametrize(
    "done",
    [
        {"described": {"jwks_uri": "http://127.0.0.1:99999/"}},
        {"described": {"jwks_uri": "http://127.0.0.1/\0"}},
        {"described": {"jwks_uri": "http://\ud800/"}},
        {"wholly": b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"},
        {"wholly": b"\xff\xfe{"},
        {"wholly": b" " * 2_000_000},
        {"wholly": gzip.compress(b" " * 100_000_000), "headers": {"content-encoding": "gzip"}},
    ],
)
async def test_an_issuer_that_answers_nonsense_counts_as_down(
    door: Door, done: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Callers are told to come again, the log says why, and the server still ends in peace."""
    for name, value in done.items():
        setattr(door.issuer, name, value)

    for _ in range(2):
        with pytest.raises(IssuerUnavailable):
            await door.let_in(door.issuer.token())
    await door.keys.close()

    assert "cannot be read" in caplog.text
    assert set(door.issuer.encodings) == {"identity"}


@pytest.mark.parametrize("address", ["http://issuer.example", "ftp://issuer.example", "issuer.example"])
def test_an_issuer_is_asked_over_an_encrypted_line(address: str) -> None:
    """Whoever changes its answer on the way says who anybody is."""
    with pytest.raises(ValidationError, match="https"):
        Settings(issuer=address)
