"""The commands of `numberline`, each as a process of its own."""

import asyncio
import uuid
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from api.demo.consenting import numbers_in_control_hub
from api.processes import simulator
from schema.ids import decode
from store.migrate import as_application, check_current, ensure_database, migrate
from tests.api.conftest import Running, environment
from tests.api.journey import Api, Site, block, ended, eventually, integrated_site, mutation, started, submitted
from tests.api.programs import ROOT, run, serving, token, working

PASSWORD = "hunter2"  # it opens nothing


async def test_an_empty_database_is_filled_through_the_public_api_alone(
    short_folder: Path, tmp_path: Path, http: httpx.AsyncClient
) -> None:
    """A data folder that does not exist yet, a token from `numberline token`, and nothing else.

    The web process runs no jobs: a worker beside it, on the same folder, mails, reads locations and syncs.
    """
    with simulator(tmp_path / "state.sqlite") as control_hub:
        own = environment(short_folder / "alone", control_hub)
        async with (
            serving({**own, "NUMBERLINE_WORKER": "false"}) as (address, _),
            working({**own, "NUMBERLINE_PUBLIC_URL": address}),
        ):
            api = Api(http, address, await token(own))
            empty = await api.query("{ tenants { nodes { kind } } services { totalCount } customers { totalCount } }")
            site = await integrated_site(api)
            number = f"{block()}001"
            status = await ended(api, await submitted(api, site, number, webexPhoneType="DID"))

            assert empty == {
                "tenants": {"nodes": [{"kind": "SYSTEM"}]},
                "services": {"totalCount": 0},
                "customers": {"totalCount": 0},
            }
            assert status == "COMPLETED"
            assert await numbers_in_control_hub(control_hub, site.estate.organization) == {number}


async def test_a_web_process_without_a_worker_leaves_jobs_to_others(
    short_folder: Path, tmp_path: Path, http: httpx.AsyncClient
) -> None:
    """With nobody to mail it, the invitation waits."""
    with simulator(tmp_path / "state.sqlite") as control_hub:
        own = environment(short_folder / "idle", control_hub, NUMBERLINE_WORKER="false")
        async with serving(own) as (address, _):
            api = Api(http, address, await token(own))
            provider = await api.make("tenantCreate", kind="SERVICE_PROVIDER", name="P")
            given = {"tenantId": provider, "name": "C", "fullName": "C", "adminEmail": "a@b.example"}
            customer = await api.make("customerCreate", **given)
            kind = {"kind": "WEBEX_CLOUD_CONNECT", "mode": "INTEGRATED"}
            await api.make("serviceOnboard", customer={"id": customer}, name="S", **kind)
            letters = await http.get(f"{address}/outbox", headers=api.headers)

    assert letters.json() == {"letters": []}


@pytest.mark.parametrize(
    ("arguments", "viewer"),
    [
        ([], {"subject": "developer", "level": "SYSTEM", "role": "ADMIN"}),
        (["--role", "MONITOR", "--subject", "ann"], {"subject": "ann", "level": "SYSTEM", "role": "MONITOR"}),
    ],
)
async def test_token_prints_a_token_that_is_let_in(
    api: Api, running: Running, arguments: list[str], viewer: dict[str, str]
) -> None:
    """One line, good for an Authorization header."""
    code, printed, _ = await run("token", *arguments, environment=environment(running.data_dir, ""))

    assert code == 0
    assert printed.count("\n") == 1
    assert await api.as_(printed.strip()).query("{ viewer { subject level role } }") == {"viewer": viewer}


async def test_token_is_bound_to_what_its_id_says(api: Api, running: Running) -> None:
    """Below system level it takes the id of a provider, channel or customer."""
    provider = await api.make("tenantCreate", kind="SERVICE_PROVIDER", name=uuid.uuid4().hex)
    arguments = ["--level", "PROVIDER", "--bound-to", provider]
    _, printed, _ = await run("token", *arguments, environment=environment(running.data_dir, ""))

    seen = await api.as_(printed.strip()).query("{ tenants { nodes { id } } }")

    assert seen == {"tenants": {"nodes": [{"id": provider}]}}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--level", "PROVIDER"],
        ["--level", "SYSTEM", "--bound-to", "garbage"],
        ["--level", "PROVIDER", "--bound-to", "x"],
    ],
)
async def test_token_refuses_what_would_never_be_let_in(running: Running, arguments: list[str]) -> None:
    """A mistake is told at once, in a sentence."""
    code, printed, error = await run("token", *arguments, environment=environment(running.data_dir, ""))

    assert (code, printed) == (2, "")
    assert "Traceback" not in error
    assert error


async def test_schema_prints_what_is_committed(running: Running) -> None:
    """`numberline schema > schema.graphql` renews it."""
    code, text, _ = await run("schema", environment=environment(running.data_dir, ""))

    assert code == 0
    assert text == (ROOT / "schema.graphql").read_text()


async def test_migrate_brings_a_database_up_to_date_and_can_be_repeated(embedded: str, tmp_path: Path) -> None:
    """As its owner; the application's role can then read and write, and owns nothing."""
    owner_url = ensure_database(embedded, f"migrate_{uuid.uuid4().hex[:8]}")
    own = environment(tmp_path, "", NUMBERLINE_OWNER_URL=owner_url)

    outcomes = [await run("migrate", environment=own) for _ in range(2)]

    assert [(code, out) for code, out, _ in outcomes] == [(0, "The database is up to date.\n")] * 2
    with psycopg.connect(as_application(owner_url)) as application:
        application.execute("SET numberline.scope = 'SYSTEM:'")
        assert application.execute("SELECT count(*) FROM tenant").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("DROP TABLE tenant")


async def test_a_server_works_on_a_database_that_somebody_else_runs(
    embedded: str, tmp_path: Path, http: httpx.AsyncClient
) -> None:
    """NUMBERLINE_DATABASE_URL, as the application's role; nothing embedded is started."""
    owner_url = ensure_database(embedded, f"outside_{uuid.uuid4().hex[:8]}")
    migrated = await run("migrate", "--database-url", owner_url, environment=environment(tmp_path, ""))
    url = make_url(as_application(owner_url)).render_as_string(hide_password=False)
    own = environment(tmp_path / "data", "http://127.0.0.1:9/v1", NUMBERLINE_DATABASE_URL=url)

    async with serving(own) as (address, _):
        health = await http.get(f"{address}/healthz")

    assert migrated[0] == 0
    assert health.json() == {"status": "ok"}
    assert not (tmp_path / "data" / "pg").exists()


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_nothing_starts_as_the_owner_of_the_tables(embedded: str, tmp_path: Path, command: str) -> None:
    """Nor as a superuser: row-level security holds for neither, and a bug of ours would show everything."""
    owner_url = ensure_database(embedded, f"owned_{uuid.uuid4().hex[:8]}")
    await run("migrate", "--database-url", owner_url, environment=environment(tmp_path, ""))
    own = environment(tmp_path / "data", "http://127.0.0.1:9/v1", NUMBERLINE_DATABASE_URL=owner_url)

    code, printed, error = await run(command, environment=own)

    assert (code, printed) == (1, "")
    assert error.startswith('Row-level security does not hold for the database role "postgres"')
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("command", "setting"), [("serve", "DATABASE_URL"), ("worker", "DATABASE_URL"), ("migrate", "OWNER_URL")]
)
async def test_nothing_starts_without_its_database(embedded: str, tmp_path: Path, command: str, setting: str) -> None:
    """It is told in a sentence, the password is not; whoever started the process starts it again."""
    away = make_url(f"postgresql://nobody:{PASSWORD}@127.0.0.1:9/numberline")
    unknown = make_url(embedded).set(username="nobody", password=PASSWORD)
    told = f"The database at NUMBERLINE_{setting} cannot be reached"

    outcomes = [
        await run(command, environment=environment(tmp_path, "", **{f"NUMBERLINE_{setting}": written}))
        for written in (url.render_as_string(hide_password=False) for url in (away, unknown))
    ]

    assert outcomes == [(1, "", f"{told}.\n"), (1, "", f'{told}: role "nobody" does not exist.\n')]


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("revision", [None, "0007"])
async def test_nothing_starts_on_a_database_that_is_not_up_to_date(
    embedded: str, tmp_path: Path, command: str, revision: str | None
) -> None:
    """Empty, or left behind by an earlier version: it says what to do."""
    owner_url = ensure_database(embedded, f"behind_{uuid.uuid4().hex[:8]}")
    if revision is not None:
        migrate(owner_url)
        with psycopg.connect(owner_url) as owner:
            owner.execute("UPDATE alembic_version SET version_num = %s", [revision])
    own = environment(tmp_path, "", NUMBERLINE_DATABASE_URL=as_application(owner_url))

    code, printed, error = await run(command, environment=own)

    assert (code, printed, error.count("\n")) == (1, "", 1)
    assert "`numberline migrate`" in error


def test_a_database_that_is_ahead_is_served(embedded: str) -> None:
    """It is brought up to date before the new processes start, and old ones may have to start again."""
    owner_url = ensure_database(embedded, f"ahead_{uuid.uuid4().hex[:8]}")
    migrate(owner_url)
    with psycopg.connect(owner_url) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '9999'")

    check_current(as_application(owner_url))


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
async def test_a_server_that_cannot_listen_says_so(tmp_path: Path, host: str) -> None:
    """In a line that names the settings."""
    code, printed, error = await run("serve", environment=environment(tmp_path, "", NUMBERLINE_HOST=host))

    assert (code, printed, error.count("\n")) == (1, "", 1)
    assert f"cannot listen at {host}" in error
    assert error.count(host) == 1


@pytest.mark.parametrize(
    ("url", "secret", "times"),
    [("https://hub.invalid/v1", "", 1), ("https://hub.invalid/v1", "ours", 0), ("http://127.0.0.1:9/v1", "", 0)],
)
async def test_a_server_without_a_secret_for_control_hub_says_so_once(
    short_folder: Path, tmp_path: Path, url: str, secret: str, times: int
) -> None:
    """It serves: services that are not Integrated need no Control Hub. The simulator has a secret that all know."""
    given = {"NUMBERLINE_CONTROL_HUB_CLIENT_SECRET": secret} if secret else {}
    more = {"NUMBERLINE_WORKERS": "2", "NUMBERLINE_WORKER": "false", **given}
    log = tmp_path / "log"

    with log.open("wb") as written:
        async with serving(environment(short_folder / "secret", url, **more), log=written):
            pass

    assert log.read_text().count("NUMBERLINE_CONTROL_HUB_CLIENT_SECRET is not set") == times


async def test_a_server_that_is_asked_to_end_ends_well(short_folder: Path, http: httpx.AsyncClient) -> None:
    """And takes its database down with it, being the last to use it."""
    own = environment(short_folder / "ending", "http://127.0.0.1:9/v1")
    async with serving(own) as (address, process):
        assert (await http.get(f"{address}/healthz")).status_code == 200
        process.terminate()
        async with asyncio.timeout(20):
            await process.wait()

    assert process.returncode in {0, -15}
    assert not (short_folder / "ending" / "pg" / "postmaster.pid").exists()


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_server_that_is_asked_to_end_does_not_wait_for_a_long_operation(
    running: Running, api: Api, own: Site, behind: str, workers: str
) -> None:
    """Where it does not end within its time it is rolled back, and the statement it was in is cancelled."""
    mine = {"NUMBERLINE_WORKER": "false", "NUMBERLINE_LEAVE_TIME": "PT1S", "NUMBERLINE_LOCK_TIME": "PT10M"}
    upload = await started(api, own)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%upload%'"
    async with (
        serving(environment(running.data_dir, running.control_hub, NUMBERLINE_WORKERS=workers, **mine)) as server,
        await psycopg.AsyncConnection.connect(behind) as working,
        await psycopg.AsyncConnection.connect(behind, autocommit=True) as looking,
    ):
        address, process = server

        async def waiters() -> int:
            found = await (await looking.execute(waiting)).fetchone()
            return found[0] if found else 0

        async def somebody_waits() -> bool | None:
            return await waiters() == 1 or None

        await working.execute("SELECT FROM upload WHERE id = %s FOR UPDATE", [decode(upload)[1]])
        elsewhere = Api(api.http, address, api.token)
        cancelling = asyncio.create_task(elsewhere.post(mutation("uploadCancel"), input={"upload": {"id": upload}}))
        await eventually(somebody_waits)
        process.terminate()
        async with asyncio.timeout(30):
            await process.wait()
        left = await waiters()
        await asyncio.gather(cancelling, return_exceptions=True)

    assert process.returncode in {0, -15}
    assert left == 0
    assert await api.query("query($id: ID!) { node(id: $id) { ... on Upload { status } } }", id=upload) == {
        "node": {"status": "DRAFT"}
    }
