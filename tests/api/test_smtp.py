"""Sending letters through a mail server."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import Settings
from api.smtp import MailServer, Security, SmtpMailer, mail_server
from provisioning.mail import Letter, LetterDelayed, LetterRefused
from tests.post import PASSWORD, USER, PostOffice, authenticate, certificate, identity, open_office

ANN = "ann@acme.example"
LINK = f"https://numberline.example/consent/{'x' * 90}"
LETTER = Letter(ANN, "Your consent is needed for Müller", f"Hello Ørsted,\n\n{LINK}\n")
SENDER = "Numberline <no-reply@numberline.example>"
BUSY = "The mail server does not take letters at the moment."


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """A mail server without TLS."""
    async with open_office() as opened:
        yield opened


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of the mail servers with TLS."""
    return certificate(tmp_path_factory.mktemp("post"))


def mailer(server: MailServer, trusted: Path | None = None) -> SmtpMailer:
    """Return what sends to a server."""
    trust = ssl.create_default_context(cafile=trusted)
    return SmtpMailer(server, SENDER, lambda: datetime(2026, 11, 1, 12, 0, tzinfo=UTC), trust)


def plain(office: PostOffice) -> SmtpMailer:
    """Return what sends to a server without TLS."""
    return mailer(MailServer(Security.NONE, "127.0.0.1", office.port))


async def test_a_letter_arrives_as_it_was_written(office: PostOffice) -> None:
    """Headers, letters beyond ASCII, and a link that no line break cuts."""
    await plain(office).send(LETTER)

    (letter,), (envelope,) = office.letters(), office.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@numberline.example", [ANN])
    assert (letter["From"], letter["To"], letter["Subject"]) == (SENDER, ANN, LETTER.subject)
    assert (letter["Date"], letter["Auto-Submitted"]) == ("Sun, 01 Nov 2026 12:00:00 +0000", "auto-generated")
    assert letter["Message-ID"].endswith("@numberline.example>")
    assert office.texts(ANN) == [LETTER.text]


async def test_a_line_break_in_a_subject_makes_no_header(office: PostOffice) -> None:
    """The name of a service may hold one."""
    await plain(office).send(Letter(ANN, "Needed for\r\nBcc: eve@evil.example", "Text"))

    (letter,) = office.letters()
    assert (letter["Subject"], letter["Bcc"]) == ("Needed for Bcc: eve@evil.example", None)


@pytest.mark.parametrize(
    "to", ["eve,ann@acme.example", "<ann@acme.example", "ann\x00@acme.example", "jürgen@acme.example"]
)
async def test_what_is_no_address_is_refused_before_anything_is_sent(office: PostOffice, to: str) -> None:
    """And a comma does not make two of it."""
    with pytest.raises(LetterRefused):
        await plain(office).send(Letter(to, "Subject", "Text"))
    assert office.taken == []


@pytest.mark.parametrize(
    ("reply", "raised"),
    [("550 5.1.1 No such user", LetterRefused), ("451 4.7.1 Greylisted, come back later", LetterDelayed)],
)
async def test_a_reply_to_the_address_or_the_letter_decides_and_is_passed_on(
    office: PostOffice, reply: str, raised: type[LetterRefused | LetterDelayed]
) -> None:
    """5xx is for good, 4xx for now."""
    office.to_address[ANN] = reply
    with pytest.raises(raised) as about_address:
        await plain(office).send(LETTER)
    office.to_address.clear()
    office.to_letters.append(reply)
    with pytest.raises(raised) as about_letter:
        await plain(office).send(LETTER)

    assert (about_address.value.reason, about_letter.value.reason) == (reply, reply)
    assert office.taken == []


async def test_a_server_that_is_away_is_tried_again(office: PostOffice) -> None:
    """Where it stands is nobody's business."""
    with pytest.raises(LetterDelayed, match=f"^{BUSY}$"):
        await mailer(MailServer(Security.NONE, "127.0.0.1", 1)).send(LETTER)
    office.hangs_up_at_letters = True
    with pytest.raises(LetterDelayed, match=f"^{BUSY}$"):
        await plain(office).send(LETTER)


async def test_a_letter_that_was_taken_is_sent_whatever_follows(office: PostOffice) -> None:
    """A server that hangs up without a goodbye does not get it twice."""
    office.hangs_up_at_the_end = True
    await plain(office).send(LETTER)
    assert len(office.taken) == 1


async def test_tls_from_the_first_byte_with_a_password(pem: Path) -> None:
    """As at port 465."""
    # aiosmtpd knows of TLS after the greeting alone, and thinks that there is none.
    async with open_office(tls=identity(pem), authenticator=authenticate, auth_require_tls=False) as office:
        await mailer(MailServer(Security.TLS, "127.0.0.1", office.port, USER, PASSWORD), pem).send(LETTER)
    assert office.users == [USER]


async def test_tls_after_the_greeting_with_a_password(pem: Path) -> None:
    """As at port 587; a wrong password is ours to mend, and says nothing about the letter."""
    login = {"authenticator": authenticate, "auth_required": True}
    async with open_office(tls_context=identity(pem), require_starttls=True, **login) as office:
        await mailer(MailServer(Security.STARTTLS, "127.0.0.1", office.port, USER, PASSWORD), pem).send(LETTER)
        with pytest.raises(LetterDelayed, match=f"^{BUSY}$"):
            await mailer(MailServer(Security.STARTTLS, "127.0.0.1", office.port, USER, "wrong"), pem).send(LETTER)
    assert office.users == [USER]


async def test_without_the_tls_that_was_asked_for_nothing_is_sent(office: PostOffice, pem: Path) -> None:
    """Neither to a server that offers none, nor to one whose certificate nobody vouches for."""
    async with open_office(tls_context=identity(pem)) as unknown:
        for port, trusted in ((office.port, pem), (unknown.port, None)):
            with pytest.raises(LetterDelayed, match=f"^{BUSY}$"):
                await mailer(MailServer(Security.STARTTLS, "127.0.0.1", port), trusted).send(LETTER)
    assert office.taken + unknown.taken == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://mail.example", MailServer(Security.TLS, "mail.example", 465)),
        ("smtp://u:p%40%2F@mail.example", MailServer(Security.STARTTLS, "mail.example", 587, "u", "p@/")),
        ("smtp+plain://localhost:2525", MailServer(Security.NONE, "localhost", 2525)),
    ],
)
def test_a_url_says_where_and_how(url: str, server: MailServer) -> None:
    """The scheme is the kind of TLS."""
    assert mail_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://u:secret@mail.example",
        "smtps://",
        "smtps://u@mail.example",
        "smtp://h:secret",
        "smtp+plain://u:secret@localhost",
    ],
)
def test_a_wrong_setting_is_refused_at_the_start_and_not_repeated(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(ValidationError) as raised:
        Settings(smtp_url=url, mail_from=SENDER)  # type: ignore[arg-type]
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("sender", [None, "", "nobody"])
def test_a_mail_server_needs_a_sender(sender: str | None) -> None:
    """An address that answers can come to."""
    with pytest.raises(ValidationError, match=r"NUMBERLINE_MAIL_FROM|Name <name@example"):
        Settings(smtp_url="smtps://mail.example", mail_from=sender)  # type: ignore[arg-type]
