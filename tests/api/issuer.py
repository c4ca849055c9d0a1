"""An OpenID Connect issuer as a small HTTP server: its description, its keys, and tokens signed with them."""

import json
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

RSA = rsa.generate_private_key(65537, 2048)
"""Made once, because it takes a while."""

CURVE = ec.generate_private_key(ec.SECP256R1())

AUDIENCE = "https://numberline.example"


@dataclass(slots=True)
class Issuer:
    """What the issuer has and does; a test may change it at any time."""

    address: str
    keys: dict[str, PrivateKey] = field(default_factory=lambda: {"rsa": RSA, "curve": CURVE})
    more: list[dict[str, Any]] = field(default_factory=list)
    """Entries of the key set that are put first as they are."""
    described: dict[str, Any] = field(default_factory=dict)
    """What its description says otherwise."""
    fails: bool = False
    wholly: bytes | None = None
    """What it answers to everything, whatever it was asked."""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    encodings: list[str] = field(default_factory=list)
    """In which encodings an answer was asked for."""

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Return the claims of a good token at system level, but for what is changed; None leaves a claim out."""
        now = datetime.now(UTC)
        ours = {"level": "system", "role": "Admin"}
        good = {"iss": self.address, "aud": AUDIENCE, "iat": now, "exp": now + timedelta(hours=1), "sub": "ann", **ours}
        return {name: value for name, value in {**good, **changed}.items() if value is not None}

    def token(self, kid: str = "curve", algorithm: str = "ES256", **changed: Any) -> str:
        """Return a token signed with one of the keys."""
        return jwt.encode(self.claims(**changed), self.keys[kid], algorithm=algorithm, headers={"kid": kid})

    def answer(self, path: str) -> object:
        """Return what is answered at a path; None: nothing is there."""
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.address,
                "jwks_uri": f"{self.address}/keys",
                **self.described,
            },
            "/keys": {"keys": [*self.more, *(jwk(key, kid) for kid, key in self.keys.items())]},
        }.get(path)


def jwk(key: PrivateKey, kid: str, **more: Any) -> dict[str, Any]:
    """Return the public part of a key as it stands in a key set (RFC 7517)."""
    return {**_public(key), "kid": kid, "use": "sig", **more}


def _public(key: PrivateKey) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)


@contextmanager
def issuer() -> Iterator[Issuer]:
    """Run an issuer on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = None if running.fails else running.answer(self.path)
            running.asked.append(self.path)
            running.encodings.append(self.headers["accept-encoding"])
            self.send_response(200 if found else 500)
            for name, value in running.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # where somebody has read enough
                self.wfile.write(running.wholly or json.dumps(found).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its signature
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running = Issuer(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        server.shutdown()
        thread.join()


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
