"""Sending letters through a mail server."""

import logging
import ssl
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from enum import Enum
from urllib.parse import unquote, urlsplit

import aiosmtplib

from provisioning.desk import Clock
from provisioning.mail import Letter, LetterDelayed, LetterRefused

logger = logging.getLogger(__name__)

TIMEOUT_S = 30.0
"""How long the mail server may take for each answer."""

_FOR_GOOD = 500
"""From here on a reply says that trying again would not help (RFC 5321, 4.2.1)."""

_REASON_MOST = 300
"""Characters kept of what a mail server says."""

_DELAYED = "The mail server does not take letters at the moment."


class Security(Enum):
    """How the connection is kept secret, by the scheme of the URL."""

    TLS = "smtps"
    """TLS from the first byte; usual at port 465."""
    STARTTLS = "smtp"
    """TLS after the greeting, or no letter at all; usual at port 587."""
    NONE = "smtp+plain"
    """No TLS, so no password either: for a relay on the same machine, at port 25."""


_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over, and as whom."""

    security: Security
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def mail_server(url: str) -> MailServer:
    """Read `smtps://user:password@host:port`; user and password may hold %-escapes.

    Raises ValueError, whose message does not repeat the URL.
    """
    try:
        parts = urlsplit(url)
        security, host, port = Security(parts.scheme), parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host:
        raise ValueError("write it as smtps://user:password@host:465 or smtp://user:password@host:587") from None
    if (parts.username is None) != (parts.password is None):
        raise ValueError("give both a user and a password, or neither")
    if parts.password is not None and security is Security.NONE:
        raise ValueError("a password is not sent without TLS; use smtps:// or smtp://")
    user, password = (unquote(part) if part is not None else None for part in (parts.username, parts.password))
    return MailServer(security, host, port or _PORTS[security], user, password)


def sender_address(sender: str) -> str:
    """Return the address alone of `Name <name@example.com>`.

    Raises ValueError.
    """
    address = parseaddr(sender)[1]
    if "@" not in address:
        raise ValueError("write it as name@example.com, or as Name <name@example.com>")
    return address


class SmtpMailer:
    """Hands every letter over on a connection of its own."""

    def __init__(self, server: MailServer, sender: str, clock: Clock, trust: ssl.SSLContext) -> None:
        """Take the server, what stands as From, and which certificates are trusted."""
        self._server = server
        self._sender = sender
        self._clock = clock
        self._trust = trust

    async def send(self, letter: Letter) -> None:
        """Hand a letter over.

        Raises LetterRefused where the server refuses its address or the letter for good, LetterDelayed for all else.
        """
        message = self._message(letter)
        try:
            async with self._connection() as server:
                await server.send_message(message, sender=sender_address(self._sender), recipients=[letter.to])
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _judged(error.recipients[0]) from error
        except aiosmtplib.SMTPDataError as error:
            raise _judged(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            logger.warning("the mail server %s does not take letters: %s", self._server.host, error)
            raise LetterDelayed(_DELAYED) from error

    def _connection(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=self._trust,
            timeout=TIMEOUT_S,
        )

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(SMTP)
        message["From"] = self._sender
        message["To"] = _address(letter.to)
        # A name may hold a line break, which a header may not.
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = make_msgid(domain=sender_address(self._sender).rpartition("@")[2])
        # Nobody's automatic answer is wanted (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


def _address(to: str) -> Address:
    """Return the one address: as text, "a,b@example.com" would be read as two."""
    if not to.isascii():
        # What is left of the @ needs SMTPUTF8 (RFC 6531), which few servers have.
        raise LetterRefused("Mail is sent to addresses in ASCII only; write a domain in its xn-- form.")
    try:
        return Address(addr_spec=to)
    except (MessageError, ValueError, IndexError) as error:
        raise LetterRefused("This is not an address that mail can be sent to.") from error


def _judged(reply: aiosmtplib.SMTPResponseException) -> LetterRefused | LetterDelayed:
    words = "".join(letter if letter.isprintable() else " " for letter in reply.message)
    reason = f"{reply.code} {' '.join(words.split())}"[:_REASON_MOST]
    return LetterRefused(reason) if reply.code >= _FOR_GOOD else LetterDelayed(reason)
