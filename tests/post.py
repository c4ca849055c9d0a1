"""A mail server on this machine, which speaks SMTP, keeps what it takes, and answers as it is told."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

USER, PASSWORD = "numberline", "p@ss/word"


@dataclass
class PostOffice:
    """What the server took, and what it answers to the next addresses and letters instead of taking them."""

    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    to_address: dict[str, str] = field(default_factory=dict)
    to_letters: list[str] = field(default_factory=list)
    hangs_up_at_letters: bool = False
    hangs_up_at_the_end: bool = False

    def letters(self) -> list[EmailMessage]:
        """Return the letters it took, in order."""
        return [message_from_bytes(envelope.original_content or b"", policy=policy.default) for envelope in self.taken]

    def texts(self, to: str) -> list[str]:
        """Return the texts of the letters to an address, in order."""
        found = [letter.get_content() for letter in self.letters() if letter["To"] == to]
        return [text.replace("\r\n", "\n") for text in found]

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _: Any) -> str:  # noqa: N802  # aiosmtpd calls it so
        """Take an address."""
        if address in self.to_address:
            return self.to_address[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        """Take a letter."""
        if self.hangs_up_at_letters:
            server.transport.abort()
        elif not self.to_letters:
            self.taken.append(envelope)
            self.users += [session.auth_data.login.decode()] if session.auth_data else []
        return self.to_letters.pop(0) if self.to_letters else "250 OK"

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802  # as above
        """Say goodbye."""
        if self.hangs_up_at_the_end:
            server.transport.abort()
        return "221 Bye"


@asynccontextmanager
async def open_office(*, tls: ssl.SSLContext | None = None, **settings: Any) -> AsyncIterator[PostOffice]:
    """Run a server; `tls` from the first byte, what else is given goes to aiosmtpd."""
    office = PostOffice()
    loop = asyncio.get_running_loop()

    def connected() -> SMTP:
        return SMTP(office, hostname="post", loop=loop, timeout=60, **settings)

    listening = await loop.create_server(connected, "127.0.0.1", 0, ssl=tls)
    office.port = listening.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        listening.close()


def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    """Let in whoever knows the password."""
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False, auth_data=given)


def certificate(folder: Path) -> Path:
    """Make a certificate for 127.0.0.1, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "post")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "post.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def identity(path: Path) -> ssl.SSLContext:
    """Return what a server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
