"""Tokens of an OpenID Connect issuer, checked with keys that are read from it over HTTP."""

import asyncio
import gzip
import hmac
import json
import socket
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm
from jwt.warnings import InsecureKeyLengthWarning
from pydantic import ValidationError

from api.identity import ClaimNames, Terms, Tokens
from api.issuer import FRESH_S, PAUSE_S, IssuerKeys, IssuerUnavailable
from api.processes import server
from api.settings import Settings
from api.wiring import now
from provisioning.caller import Caller
from provisioning.errors import Unauthenticated
from schema.ids import encode
from store.vocabulary import Level, Role
from tests.api.conftest import Running, environment
from tests.api.events import events
from tests.api.issuer import AUDIENCE, CURVE, RSA, Issuer, PrivateKey, issuer, jwk
from tests.api.journey import Api, Site
from tests.api.programs import run
from tests.api.transport.test_sockets import STATUS, closing_code, receive, send
from tests.api.transport.test_sockets import socket as websocket

LATER = datetime(2100, 1, 1, tzinfo=UTC)
EARLIER = datetime(2020, 1, 1, tzinfo=UTC)
SOMETHING = UUID(int=1)
PRIVATE_PART = ECAlgorithm.to_jwk(CURVE, as_dict=True)["d"]
SECRET = {"kty": "oct", "kid": "curve", "k": urlsafe_b64encode(b"s" * 32).decode()}


@dataclass(slots=True)
class Door:
    """The check of tokens, with a clock of its own for how long keys are kept."""

    issuer: Issuer
    http: httpx.AsyncClient
    seconds: float = 0
    keys: IssuerKeys = field(init=False)
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        """Know no key yet."""
        self.keys = IssuerKeys(self.issuer.address, None, self.http, lambda: self.seconds)
        self.tokens = Tokens(self.keys, Terms(self.issuer.address, AUDIENCE, leeway=timedelta(seconds=30)), now)

    async def let_in(self, token: str) -> Caller | None:
        """Return who comes with a token."""
        return await self.tokens.caller(f"Bearer {token}")

    async def refuses(self, token: str) -> bool:
        """Say whether a token is no good."""
        with pytest.raises(Unauthenticated):
            await self.let_in(token)
        return True


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """A door before an issuer of this test's own."""
    async with httpx.AsyncClient() as http:
        with issuer() as running:
            yield Door(running, http)


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


@pytest.fixture(scope="session")
def served(running: Running) -> Iterator[tuple[str, Issuer]]:
    """A second server on the same data, which takes the tokens of an issuer."""
    with issuer() as found:
        ours = {"NUMBERLINE_ISSUER": found.address, "NUMBERLINE_AUDIENCE": AUDIENCE, "NUMBERLINE_WORKER": "false"}
        leeway = {"NUMBERLINE_CLOCK_LEEWAY": "PT0S"}
        with server(environment(running.data_dir, running.control_hub, **ours, **leeway)) as address:
            yield address, found


@pytest.fixture
def known(served: tuple[str, Issuer], http: httpx.AsyncClient) -> Api:
    """A caller with a token of the issuer."""
    return Api(http, served[0], served[1].token())


async def test_who_has_no_token_is_not_even_told_the_schema(known: Api) -> None:
    """Telling it takes long; who has a token may ask, as GraphiQL does."""
    document = "{ __schema { queryType { name } } }"

    assert (await known.as_(None).post(document)).status_code == 401
    assert await known.query(document)


async def test_every_way_in_takes_the_issuers_tokens_and_no_other(known: Api, api: Api, site: Site) -> None:
    """HTTP, server-sent events, WebSocket and files; the development key counts nowhere."""
    for caller, statuses in ((known, (200, 200, 200)), (known.as_(api.token), (401, 401, 401))):
        headers = caller.headers
        stream = headers | {"accept": "text/event-stream"}
        answers = [
            await caller.post("{ viewer { subject } }"),
            await caller.http.post(f"{known.address}/graphql", json={"query": "{ __typename }"}, headers=stream),
            await caller.http.get(f"{known.address}/services/{site.service}/hand-over.csv", headers=headers),
        ]
        assert tuple(answer.status_code if answer.status_code != 409 else 200 for answer in answers) == statuses

    async with websocket(known) as opened:
        await send(opened, "connection_init", payload=known.headers)
        assert await receive(opened) == {"type": "connection_ack"}
    async with websocket(known) as opened:
        await send(opened, "connection_init", payload=api.headers)
        assert await closing_code(opened) == 4403


async def test_the_viewer_is_told_when_the_token_ends(known: Api, served: tuple[str, Issuer]) -> None:
    """To get a new one in time."""
    exp = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5)

    found = await known.as_(served[1].token(exp=exp)).query("{ viewer { subject level role expiresAt } }")

    assert found == {"viewer": {"subject": "ann", "level": "SYSTEM", "role": "ADMIN", "expiresAt": exp.isoformat()}}


def ending(served: tuple[str, Issuer]) -> str:
    """Return a token that ends within the next two seconds."""
    return served[1].token(exp=int(datetime.now(UTC).timestamp()) + 2)


async def test_a_socket_is_closed_when_its_token_ends(known: Api, served: tuple[str, Issuer], site: Site) -> None:
    """With all its operations, by a code after which clients come back with another token."""
    caller = known.as_(ending(served))
    async with websocket(caller) as opened:
        await send(opened, "connection_init", payload=caller.headers)
        await receive(opened)
        for name in "abc":
            following = {"query": STATUS, "variables": {"s": [{"id": site.service}]}}
            await send(opened, "subscribe", id=name, payload=following)
            assert (await receive(opened))["type"] == "next"
        assert await closing_code(opened) == 4403
        assert opened.close_reason == "The token has ended"


async def test_a_stream_ends_with_its_token(known: Api, served: tuple[str, Issuer], site: Site) -> None:
    """The last event says why, as any error of a subscription."""
    async with events(known.as_(ending(served)), STATUS, s=[{"id": site.service}]) as stream:
        seen = [event async for event in stream]

    assert [event.name for event in seen] == ["next", "next", "complete"]
    assert seen[1].data["errors"][0]["extensions"]["code"] == "TOKEN_ENDED"


async def test_while_the_issuer_is_down_requests_say_when_to_come_again(
    running: Running, http: httpx.AsyncClient
) -> None:
    """By every way in, until its keys are known."""
    with issuer() as found:
        found.fails = True
        ours = {"NUMBERLINE_ISSUER": found.address, "NUMBERLINE_AUDIENCE": AUDIENCE, "NUMBERLINE_WORKER": "false"}
        with server(environment(running.data_dir, running.control_hub, **ours)) as address:
            caller = Api(http, address, found.token())
            answer = await caller.post("{ viewer { subject } }")
            file = await http.get(f"{address}/numbers.csv", headers=caller.headers)
            async with websocket(caller) as opened:
                await send(opened, "connection_init", payload=caller.headers)
                assert await closing_code(opened) == 1013
            healthy = await http.get(f"{address}/healthz")

    assert (answer.status_code, file.status_code, healthy.status_code) == (503, 503, 200)
    assert answer.json()["errors"][0]["extensions"] == {
        "code": "ISSUER_UNAVAILABLE",
        "retryable": True,
        "retryAfter": 5,
    }
    assert answer.headers["retry-after"] == "5"


async def test_the_development_key_is_for_this_machine_alone(running: Running) -> None:
    """Nobody else may be let in by it, so that the server does not even start."""
    own = environment(running.data_dir, running.control_hub, NUMBERLINE_HOST="0.0.0.0")  # noqa: S104  # refused

    code, out, error = await run("serve", environment=own)

    assert (code, out) == (1, "")
    assert "NUMBERLINE_ISSUER" in error
    assert "Traceback" not in error


async def test_with_an_issuer_the_server_listens_where_it_is_told_to(
    running: Running, served: tuple[str, Issuer]
) -> None:
    """To all of the network, here."""
    ours = {"NUMBERLINE_ISSUER": served[1].address, "NUMBERLINE_WORKER": "false"}
    own = environment(running.data_dir, running.control_hub, NUMBERLINE_HOST="0.0.0.0", **ours)  # noqa: S104  # of a test
    with server(own) as address:
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)):
            pass


async def test_no_token_is_printed_that_would_not_be_taken(tmp_path: Path) -> None:
    """Where an issuer is set, it issues the tokens."""
    own = environment(tmp_path, "http://127.0.0.1:1/v1", NUMBERLINE_ISSUER="https://issuer.example")

    code, out, error = await run("token", environment=own)

    assert (code, out) == (2, "")
    assert "issuer.example" in error


def signed(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Sign any claims with the curve's key, also what PyJWT would not."""
    unsigned = f"{part(header)}.{part(claims)}"
    return f"{unsigned}.{encoded(jwt.get_algorithm_by_name('ES256').sign(unsigned.encode(), CURVE))}"


def part(content: dict[str, Any]) -> str:
    """Return a part of a token."""
    return encoded(json.dumps(content, default=lambda moment: int(moment.timestamp())).encode())


def encoded(content: bytes) -> str:
    """Return bytes as they stand in a token."""
    text = urlsafe_b64encode(content).decode().rstrip("=")
    assert urlsafe_b64decode(text + "==") == content
    return text
