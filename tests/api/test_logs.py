"""What is written to the log, and what never is."""

import logging
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cryptography.fernet import Fernet

from api.logs import FORMAT, TRACEBACK, Discreet
from api.settings import Settings
from tests.api.conftest import Running, environment
from tests.api.journey import Api, Site, block, started
from tests.api.programs import serving
from tests.api.transport.test_sockets import closing_code, send, socket

TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"  # signed by nobody


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"refused Bearer {TOKEN} at once", "refused Bearer (token) at once"),
        (f"token={TOKEN}", "token=(token)"),
        ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic (token)"),
        ("postgresql://app:s3cret@db/numberline", "postgresql://(password)@db/numberline"),
        ("Key (e164)=(+12125550100) already exists", "Key (e164)=((number)) already exists"),
        ("job 12125550100 at 2026-11-01T12:00:00+00:00", "job 12125550100 at 2026-11-01T12:00:00+00:00"),
    ],
)
def test_secrets_are_left_out_of_whatever_is_logged(text: str, written: str) -> None:
    """In a message, and in the traceback of somebody else's exception."""
    fault = ValueError(text)
    record = logging.LogRecord("x", logging.ERROR, "", 0, "%s", (text,), (type(fault), fault, None))

    lines = Discreet(FORMAT).format(record).splitlines()

    assert lines[0].endswith(written)
    assert lines[-1] == f"ValueError: {written}"


@pytest.mark.parametrize(
    ("quoted", "written"),
    [
        ("a\n2026-11-23 ERROR forged", r"a\n2026-11-23 ERROR forged"),
        ("a\r\x1b[2J\x00\x85\u2028b", r"a\r\x1b[2J\x00\x85\u2028b"),
        ("größer", "größer"),
    ],
)
def test_nobody_writes_a_line_of_their_own(quoted: str, written: str) -> None:
    """By what is quoted of theirs; a traceback has its lines."""
    fault = ValueError("why")
    record = logging.LogRecord("x", logging.ERROR, "", 0, "at %s", (quoted,), (type(fault), fault, None))

    lines = Discreet(FORMAT).format(record).split("\n")

    assert lines[0].endswith(f" ERROR x: at {written}")
    assert lines[1:] == ["ValueError: why"]


def test_a_traceback_that_uvicorn_tells_has_its_lines() -> None:
    """As the message itself, where the server does not start."""
    record = logging.LogRecord("x", logging.ERROR, "", 0, f"{TRACEBACK}  x", (), None)

    assert Discreet(FORMAT).format(record).split("\n")[1:] == ["  x"]


async def test_a_run_leaves_no_secret_in_the_log(
    running: Running, http: httpx.AsyncClient, own: Site, tmp_path: Path
) -> None:
    """Good and bad tokens, numbers in documents and in files, and an issuer that is away."""
    secret, password, log = uuid4().hex, uuid4().hex, tmp_path / "log"
    settings = {
        "NUMBERLINE_CONTROL_HUB_CLIENT_SECRET": secret,
        "NUMBERLINE_SMTP_URL": f"smtp://ann:{password}@127.0.0.1:1",
        "NUMBERLINE_MAIL_FROM": "a@b.example",
        "NUMBERLINE_ISSUER": "http://127.0.0.1:1",
    }
    digits = block()
    with log.open("wb") as written:
        async with serving(environment(running.data_dir, running.control_hub, **settings), log=written) as (address, _):
            stranger = Api(http, address, TOKEN)
            await stranger.post("{ viewer { role } }")
            async with socket(stranger) as opened:
                await send(opened, "connection_init", payload=stranger.headers)
                await closing_code(opened)
        del settings["NUMBERLINE_ISSUER"]
        async with serving(environment(running.data_dir, running.control_hub, **settings), log=written) as (address, _):
            ann = Api(http, address, running.token())
            await ann.as_(TOKEN).post("{ viewer { role } }")
            await ann.post(f'{{ number(number: "{digits}001" }}')
            upload = await started(ann, own)
            await ann.send(upload, f"number\n{digits}001\n{digits}001\nnonsense\n".encode())
            await ann.make("uploadSubmit", upload={"id": upload})
    found = log.read_text()

    assert "127.0.0.1:1" in found  # the issuer, who does not answer: the log is that of these servers
    for kept in (secret, password, TOKEN, TOKEN.split(".")[1], running.token(), digits, digits[1:], "eyJ"):
        assert kept not in found


def test_settings_show_no_secret() -> None:
    """Printed, or named in an error."""
    key = Fernet.generate_key().decode()
    given = Settings(
        database_url="postgresql://app:s3cret@db/n",  # type: ignore[arg-type]  # as from the environment
        control_hub_client_secret="s3cret",  # type: ignore[arg-type]
        secret_keys=[key],  # type: ignore[list-item]
        smtp_url="smtps://ann:s3cret@mail.example",  # type: ignore[arg-type]
        mail_from="a@b.example",
    )

    shown = f"{given!r} {given} {given.model_dump()} {given.model_dump_json()}"
    assert "s3cret" not in shown
    assert key not in shown
