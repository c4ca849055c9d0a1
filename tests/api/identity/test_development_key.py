"""Who is let in with the development key: bearer tokens over HTTP."""

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from api.development import DevelopmentKey
from api.identity import Terms, Tokens
from api.keys import token_key
from provisioning.caller import Caller
from provisioning.errors import Unauthenticated
from store.vocabulary import Level, Role
from tests.api.conftest import Running
from tests.api.journey import Api

VIEWER = "{ viewer { subject level role } }"


def claims(**changed: Any) -> dict[str, Any]:
    """Return the claims of a good token at system level, but for what is changed; None leaves a claim out."""
    now = datetime.now(UTC)
    good = {
        "iss": "numberline",
        "aud": "numberline",
        "iat": now,
        "exp": now + timedelta(hours=1),
        "sub": "forger",
        "level": "SYSTEM",
        "role": "ADMIN",
        "bound_to": None,
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


YESTERDAY = datetime.now(UTC) - timedelta(days=1)

BAD_CLAIMS = [
    {"exp": YESTERDAY},
    {"exp": None},
    {"iat": None},
    {"sub": None},
    {"aud": "somebody else"},
    {"aud": None},
    {"iss": "somebody else"},
    {"iss": None},
    {"level": None},
    {"level": "GOD"},
    {"role": "KING"},
    {"role": None},
    {"bound_to": str(uuid4())},
    {"level": "PROVIDER"},
    {"level": "PROVIDER", "bound_to": "not an id"},
    {"nbf": datetime.now(UTC) + timedelta(hours=1)},
]


async def test_a_good_token_is_let_in(api: Api, running: Running) -> None:
    """The reference for everything below: the same token with nothing changed."""
    token = jwt.encode(claims(), token_key(running.data_dir), algorithm="ES256")

    viewer = (await api.as_(token).query(VIEWER))["viewer"]

    assert viewer == {"subject": "forger", "level": "SYSTEM", "role": "ADMIN"}


@pytest.mark.parametrize("changed", BAD_CLAIMS, ids=",".join)
async def test_a_token_with_a_bad_claim_is_refused(api: Api, running: Running, changed: dict[str, Any]) -> None:
    """Signed by us, and still no good: expired, for somebody else, or saying what cannot be."""
    token = jwt.encode(claims(**changed), token_key(running.data_dir), algorithm="ES256")

    await _refused(api.as_(token))


async def test_an_unsigned_token_is_refused(api: Api) -> None:
    """`alg: none` says nothing."""
    unsigned = jwt.encode(claims(), None, algorithm="none")

    await _refused(api.as_(unsigned))


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(api: Api, running: Running) -> None:
    """Only the algorithm that we sign with counts, whatever the token says."""
    private = load_pem_private_key(token_key(running.data_dir), password=None)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    unsigned = ".".join(_part(part) for part in ({"alg": "HS256", "typ": "JWT"}, claims()))
    signature = urlsafe_b64encode(hmac.digest(public, unsigned.encode(), "sha256")).decode().rstrip("=")

    await _refused(api.as_(f"{unsigned}.{signature}"))


async def test_a_token_of_another_key_is_refused(api: Api) -> None:
    """Somebody else's key is not ours."""
    await _refused(api.as_(jwt.encode(claims(), ec.generate_private_key(ec.SECP256R1()), algorithm="ES256")))


@pytest.mark.parametrize("header", ["Bearer", "Bearer garbage", "Bearer a.b.c", "Basic dXNlcjpwYXNz", "garbage"])
async def test_a_header_without_a_token_is_refused(api: Api, header: str) -> None:
    """Whatever else it holds."""
    answer = await api.http.post(f"{api.address}/graphql", json={"query": VIEWER}, headers={"authorization": header})

    assert (answer.status_code, _code(answer.json())) == (401, "UNAUTHENTICATED")


async def test_a_token_that_was_good_is_refused_once_it_has_ended(tmp_path: Path) -> None:
    """That it was let in before does not help it."""
    begun = datetime.now(UTC).replace(microsecond=0)
    moments = iter([begun + timedelta(minutes=minutes) for minutes in (0, 59, 60, 60)])
    key = DevelopmentKey(token_key(tmp_path), lambda: next(moments))
    tokens = Tokens(key, Terms(), lambda: next(moments))
    header = f"Bearer {key.issue(Caller('ann', Level.SYSTEM, Role.ADMIN), timedelta(hours=1))}"

    assert await tokens.caller(header) == Caller("ann", Level.SYSTEM, Role.ADMIN, None, begun + timedelta(hours=1))
    with pytest.raises(Unauthenticated):
        await tokens.caller(header)


async def test_without_a_token_nothing_is_answered_but_the_schema(api: Api) -> None:
    """GraphiQL can load the schema before somebody has put a token in."""
    stranger = api.as_(None)

    assert await stranger.query("{ __schema { queryType { name } } }") == {"__schema": {"queryType": {"name": "Query"}}}


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "text/event-stream"])
@pytest.mark.parametrize(
    "body",
    [
        {"query": VIEWER},
        {"query": "{ nothing }"},
        {"query": "{"},
        {"query": "{ __typename viewer { role } }"},
        {"query": "mutation { tenantCreate }"},
        {"query": "subscription { serviceStatusChanged(services: []) { status } }"},
        {"query": VIEWER, "variables": {"of": "no use" * 50_000}},
        {"documentId": "sha256:0"},
    ],
    ids=lambda body: str(body)[:60],
)
async def test_without_a_token_nothing_is_looked_at(api: Api, body: dict[str, Any], accept: str) -> None:
    """401 before validation, and with the challenge that a bad token gets: strangers make no work."""
    headers = {"accept": accept}

    answer = await api.http.post(f"{api.address}/graphql", json=body, headers=headers)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert _code(answer.json()) == "UNAUTHENTICATED"
    assert "data" not in answer.json()


def _part(content: dict[str, Any]) -> str:
    text = json.dumps(content, default=lambda moment: int(moment.timestamp()))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def _refused(api: Api) -> None:
    answer = await api.post(VIEWER)

    assert (answer.status_code, _code(answer.json())) == (401, "UNAUTHENTICATED")
    assert answer.headers["content-type"] == "application/json"
    assert "data" not in answer.json()


def _code(body: dict[str, Any]) -> str:
    (error,) = body["errors"]
    code: str = error["extensions"]["code"]
    return code
