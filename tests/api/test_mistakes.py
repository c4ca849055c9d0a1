"""Settings that are not good, and what is said of them."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from api.mistakes import example, mistakes
from api.settings import Settings
from tests.api.conftest import environment
from tests.api.programs import run

SECRET = "hunter2"  # it opens nothing
BAD = {
    "data_dir": "/dev/null/numberline",
    "database_url": f"mysql://u:{SECRET}@db",
    "database_pool": "0",
    "lock_time": "PT0S",
    "leave_time": "-PT1S",
    "host": "",
    "port": "65536",
    "public_url": "numbers.example",
    "development": "perhaps",
    "workers": "0",
    "worker": "",
    "allowed_origins": "foo",
    "body_bytes": "-1",
    "trusted_hosts": '"numbers.example"',
    "issuer": "http://login.example",
    "audience": "",
    "jwks_url": "https://[",
    "level_claim": "",
    "role_claim": "",
    "bound_to_claim": "",
    "clock_leeway": "-PT1S",
    "trusted_documents": "/nowhere.json",
    "trusted_documents_only": "2",
    "graphiql": "on and off",
    "introspection": "x",
    "operation_tokens": "0",
    "operation_depth": "deep",
    "operation_cost": "1.5",
    "query_time": "PT0S",
    "mutation_time": "soon",
    "requests_per_second": "0",
    "streams_per_caller": "0",
    "control_hub_url": "https://",
    "control_hub_client_id": "",
    "control_hub_scopes": "[5]",
    "control_hub_requests": "0",
    "smtp_url": f"smtp://u:{SECRET}@",
    "mail_from": "nobody",
    "secret_keys": f'["{SECRET}"]',
    "upload_numbers": "0",
    "range_numbers": "0",
    "file_bytes": "0",
    "file_rows": "0",
    "cac_max": "1",
    "taken_questions": "0",
    "dry_run_numbers": "0",
    "cooling": "-P1D",
}
SLIPS = [
    f"postgres//app:{SECRET}@db.example/n",
    f"postgresql://app:x {SECRET}@db.example/n",
    f"postgresql://app:{SECRET}%@db.example/n",
    f"postgresql://app:{SECRET}%zz@db.example/n",
    f"postgresql://app:{SECRET}%00@db.example/n",
    f"postgresql://app:{SECRET}/x@db.example/n",
    f"postgresql://db.example/n?secret={SECRET}",
]
"""How addresses of databases are written wrongly, with a password that a traceback would tell."""

HOSTS = [
    "numbers.example:443",
    "https://numbers.example",
    "numbers.example/",
    "ann@numbers.example",
    "*.example",
    ".example",
    "numbers..example",
    "numbers example",
    "zürich.example",
    "[2001:db8::1]:443",
    "[2001:db8::1",
    "2001:db8::1::2",
]
"""What no Host header names: a server would refuse everybody."""

ANYTHING = {"control_hub_client_secret"}
"""What any text is good for."""

MORE = [
    ("allowed_origins", '["localhost:5173"]'),
    ("allowed_origins", '["http://localhost:5173/page"]'),
    ("allowed_origins", '{"a": 1}'),
    *(("trusted_hosts", f'["{host}"]') for host in HOSTS),
    ("trusted_hosts", '[""]'),
    ("trusted_hosts", "{}"),
    ("data_dir", ""),
    ("data_dir", " "),
    ("secret_keys", "x"),
    ("issuer", "https://[::1"),
    ("public_url", "https://numbers.example:port"),
    ("database_url", "postgresql://db:port/numberline"),
    ("control_hub_url", "ftp://control.example"),
    *(("database_url", url) for url in SLIPS),
]


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"NUMBERLINE_{name.upper()}"


def told(monkeypatch: pytest.MonkeyPatch, **given: str) -> list[str]:
    """Return what is said of settings in the environment."""
    for name, value in given.items():
        monkeypatch.setenv(variable(name), value)
    with pytest.raises(ValidationError) as raised:
        Settings()
    return list(mistakes(raised.value))


def test_every_setting_has_a_bad_value_here() -> None:
    """One that is new has to be thought of."""
    assert BAD.keys() | ANYTHING == Settings.model_fields.keys()


@pytest.mark.parametrize(("name", "value"), [*BAD.items(), *MORE])
def test_a_bad_setting_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Its name, what is wrong with it, and how it could be; not what it is, which may be a secret."""
    (line,) = told(monkeypatch, **{name: value})

    assert line.startswith(f"{variable(name)} ")
    assert line.endswith(f". For example: {variable(name)}={example(name)}")
    assert "\n" not in line
    assert SECRET not in line


@pytest.mark.parametrize(
    ("given", "value", "needed"),
    [
        ("smtp_url", "smtps://mail.example", "mail_from"),
        ("jwks_url", "https://login.example", "issuer"),
        ("trusted_documents_only", "true", "trusted_documents"),
    ],
)
def test_a_setting_that_is_missing_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, given: str, value: str, needed: str
) -> None:
    """With what needs it."""
    (line,) = told(monkeypatch, **{given: value})

    assert line == f"{variable(given)} needs {variable(needed)}. For example: {variable(needed)}={example(needed)}"


@pytest.mark.parametrize("value", ["30", "30 seconds", "PT", "soon"])
@pytest.mark.parametrize("name", ["cooling", "lock_time", "leave_time", "query_time", "mutation_time", "clock_leeway"])
def test_how_a_duration_is_written_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A number alone could be anything."""
    (line,) = told(monkeypatch, **{name: value})

    assert line.startswith(f"{variable(name)} has to be an ISO 8601 duration, such as PT30S. For example: ")


def test_every_bad_setting_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line each."""
    lines = told(monkeypatch, port="x", workers="x")

    assert [line.partition(" ")[0] for line in lines] == ["NUMBERLINE_PORT", "NUMBERLINE_WORKERS"]


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - {"trusted_documents", "secret_keys"}))
def test_an_example_is_a_good_one(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whoever copies it is served."""
    if name == "jwks_url":
        monkeypatch.setenv("NUMBERLINE_ISSUER", example("issuer"))
    if name == "smtp_url":
        monkeypatch.setenv("NUMBERLINE_MAIL_FROM", example("mail_from"))
    monkeypatch.setenv(variable(name), example(name))

    assert Settings()


@pytest.mark.parametrize("command", ["serve", "run", "worker", "token"])
async def test_no_command_begins_with_a_bad_setting(tmp_path: Path, command: str) -> None:
    """It ends with 2, as for a bad argument."""
    code, printed, error = await run(command, environment=environment(tmp_path, "", NUMBERLINE_ALLOWED_ORIGINS="foo"))

    assert (code, printed) == (2, "")
    assert error.splitlines()[-1].startswith("NUMBERLINE_ALLOWED_ORIGINS has to be a list in JSON. For example: ")
    assert "Traceback" not in error


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
@pytest.mark.parametrize("url", SLIPS[:3])
async def test_a_slip_in_its_address_does_not_tell_the_password(tmp_path: Path, command: str, url: str) -> None:
    """Of the database, as the application or as its owner."""
    given = environment(tmp_path, "", NUMBERLINE_DATABASE_URL=url, NUMBERLINE_OWNER_URL=url)

    code, printed, error = await run(command, environment=given)

    assert (code, printed) == (2, "")
    assert "postgresql://" in error
    assert SECRET not in error
