"""How a token has to be signed, and with which keys."""

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm
from jwt.warnings import InsecureKeyLengthWarning

from provisioning.caller import Caller
from schema.ids import encode
from store.vocabulary import Level, Role
from tests.api.identity.conftest import Door
from tests.api.issuer import CURVE, RSA, PrivateKey, encoded, jwk, part, signed

PRIVATE_PART = ECAlgorithm.to_jwk(CURVE, as_dict=True)["d"]
SECRET = {"kty": "oct", "kid": "curve", "k": urlsafe_b64encode(b"s" * 32).decode()}


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSA, "RS256"),
        (RSA, "PS512"),
        (CURVE, "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
)
async def test_a_good_token_is_let_in(door: Door, key: PrivateKey, algorithm: str) -> None:
    """Whichever asymmetric key it is signed with."""
    door.issuer.keys["own"] = key
    exp = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5)

    caller = await door.let_in(door.issuer.token("own", algorithm, exp=exp))

    assert caller == Caller("ann", Level.SYSTEM, Role.ADMIN, None, exp + timedelta(seconds=30))


async def test_an_unsigned_token_is_refused(door: Door) -> None:
    """`alg: none` says nothing, in whatever case."""
    unsigned = jwt.encode(door.issuer.claims(), None, algorithm="none", headers={"kid": "curve"})
    shouted = f"{part({'alg': 'NONE', 'kid': 'curve'})}.{part(door.issuer.claims())}."

    assert await door.refuses(unsigned)
    assert await door.refuses(shouted)


@pytest.mark.parametrize("kid", ["rsa", "curve"])
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    door: Door, kid: str, encoding: Encoding
) -> None:
    """A key verifies the algorithms of its own type, whatever the token says."""
    public = door.issuer.keys[kid].public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    unsigned = f"{part({'alg': 'HS256', 'kid': kid})}.{part(door.issuer.claims())}"

    assert await door.refuses(f"{unsigned}.{encoded(hmac.digest(public, unsigned.encode(), 'sha256'))}")


async def test_a_secret_in_the_key_set_verifies_nothing(door: Door) -> None:
    """Whoever reads the set could sign with it."""
    door.issuer.keys, door.issuer.more = {"rsa": RSA}, [SECRET]

    assert await door.refuses(jwt.encode(door.issuer.claims(), b"s" * 32, "HS256", headers={"kid": "curve"}))


@pytest.mark.parametrize(
    "more",
    [{"use": "enc"}, {"alg": "ES384"}, {"alg": "HS256"}, {"alg": "RS256"}, {"d": PRIVATE_PART}],
    ids=lambda more: next(iter(more)),
)
async def test_a_key_is_used_for_what_it_is_meant_for(door: Door, more: dict[str, str]) -> None:
    """Not one for encryption, of another algorithm, or whose private part is public."""
    door.issuer.keys, door.issuer.more = {"rsa": RSA}, [jwk(CURVE, "curve", **more)]
    token = signed({"alg": "ES256", "kid": "curve"}, door.issuer.claims())

    assert await door.refuses(token)


async def test_a_short_key_verifies_nothing(door: Door) -> None:
    """It can be broken (RFC 7518, section 3.3)."""
    door.issuer.keys["short"] = rsa.generate_private_key(65537, 1024)  # noqa: S505  # which is what this is about

    with pytest.warns(InsecureKeyLengthWarning):
        token = door.issuer.token("short", "RS256")

    assert await door.refuses(token)


async def test_a_key_of_a_token_is_not_taken(door: Door) -> None:
    """A token may bring a key, or the address of some; only the issuer's count."""
    stranger = ec.generate_private_key(ec.SECP256R1())
    brought = {"kid": "curve", "jwk": jwk(stranger, "curve"), "jku": f"{door.issuer.address}/other"}

    assert await door.refuses(jwt.encode(door.issuer.claims(), stranger, algorithm="ES256", headers=brought))
    assert "/other" not in door.issuer.asked


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_token_that_was_tampered_with_is_refused(door: Door, place: int) -> None:
    """In its header, its claims or its signature."""
    parts = door.issuer.token(level="PROVIDER", bound_to=encode("Tenant", uuid4())).split(".")
    others = jwt.encode(door.issuer.claims(), RSA, algorithm="RS256", headers={"kid": "rsa"}).split(".")
    parts[place] = others[place]

    assert await door.refuses(".".join(parts))


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "....", "ä.ö.ü", "e30.e30.", "x" * 8_193, "x" * 1_000_000])
async def test_what_is_no_token_is_refused_without_asking_anybody(door: Door, token: str) -> None:
    """It costs the issuer nothing."""
    assert await door.refuses(token)
    assert door.issuer.asked == [] or token == "e30.e30."


async def test_a_huge_token_is_refused_although_it_is_good(door: Door) -> None:
    """It would be kept with every operation."""
    assert await door.refuses(door.issuer.token(padding="x" * 8_192))
