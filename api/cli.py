"""The command line: `numberline`."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import ValidationError

from api import serving
from api.demo import stage
from api.development import DevelopmentKey, DevelopmentKeyExposed
from api.keys import token_key
from api.logs import log_to_stderr
from api.mistakes import mistakes
from api.processes import simulator
from api.serving import CannotListen
from api.settings import Settings
from api.wiring import built, check_database, now, warn_of_missing_secret
from api.worker import work
from provisioning.caller import Caller
from schema import permission_page
from schema.build import print_sdl
from schema.ids import key_of
from store.addresses import is_database
from store.errors import NotFound, Unavailable
from store.migrate import DatabaseOutdated
from store.migrate import migrate as upgrade
from store.security import RowSecurityInactive
from store.vocabulary import Level, Role


def _address(url: str) -> str:
    """Refuse an address that is none, without saying it: a traceback would, password included."""
    if not is_database(url):
        raise typer.BadParameter("It has to be a postgresql:// address, its password percent-encoded.")
    return url


main = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Upload phone numbers to Webex Cloud Connect.",
)

_FATAL = re.compile(r"FATAL: +(.+)")
"""How PostgreSQL ends a connection, in English as our own databases speak; of others the reason stays untold."""

Port = Annotated[int | None, typer.Option(help="The port; default NUMBERLINE_PORT or 8000.")]


Workers = Annotated[int | None, typer.Option(min=1, help="How many processes; default NUMBERLINE_WORKERS or 1.")]


@main.command()
def serve(port: Port = None, workers: Workers = None) -> None:
    """Serve the API, with a job worker inside unless NUMBERLINE_WORKER=false."""
    _serve(_settings(port=port, workers=workers))


@main.command()
def run(port: Port = None) -> None:
    """Serve with a Control Hub simulator beside it: everything on this machine, nothing to set."""
    settings = _settings(port=port)
    with suppress(KeyboardInterrupt), simulator(settings.data_dir / "simulator.sqlite") as control_hub:
        typer.echo(f"GraphiQL: {settings.base_url}/graphql   Control Hub simulator: {control_hub}")
        _serve(settings.model_copy(update={"control_hub_url": control_hub, "development": True}))


@main.command()
def demo(*, once: Annotated[bool, typer.Option("--once", help="End instead of leaving GraphiQL up.")] = False) -> None:
    """Do the main job end to end with sample data, printing each step."""
    raise typer.Exit(0 if stage.demo(once=once) else 1)


@main.command()
def worker() -> None:
    """Run jobs only."""
    settings = _settings()
    with _refusals_told():
        check_database(settings)
    warn_of_missing_secret(settings)

    async def work_on() -> None:
        async with built(settings) as house, house.jobs.open_async():
            await work(house)

    with suppress(KeyboardInterrupt):
        asyncio.run(work_on())


@main.command()
def migrate(
    database_url: Annotated[
        str, typer.Option(envvar="NUMBERLINE_OWNER_URL", help="The database as its owner.", callback=_address)
    ],
) -> None:
    """Bring a database up to date, as its owner. The embedded one is brought up to date by itself."""
    with _refusals_told("NUMBERLINE_OWNER_URL"):
        upgrade(database_url)
    typer.echo("The database is up to date.")


@main.command()
def token(
    level: Annotated[Level, typer.Option(help="At which level.")] = Level.SYSTEM,
    role: Annotated[Role, typer.Option(help="In which role.")] = Role.ADMIN,
    bound_to: Annotated[str | None, typer.Option(help="The id of the provider, channel or customer.")] = None,
    subject: Annotated[str, typer.Option(help="Who it is for; the audit trail shows it.")] = "developer",
    hours: Annotated[int, typer.Option(help="How long it is good.")] = 12,
) -> None:
    """Print a bearer token, signed with the development key of the data folder."""
    caller = Caller(subject, level, role, _bound_key(level, bound_to))
    settings = _settings()
    if settings.issuer is not None:
        raise typer.BadParameter(f"Tokens come from {settings.issuer}: this machine's own are not taken there.")
    typer.echo(DevelopmentKey(token_key(settings.data_dir), now).issue(caller, timedelta(hours=hours)))


@main.command()
def schema() -> None:
    """Print the GraphQL schema, as schema.graphql holds it."""
    typer.echo(print_sdl(), nl=False)


@main.command()
def permissions() -> None:
    """Print who may use which root field, as docs/guide/permissions.md holds it."""
    typer.echo(permission_page.page(), nl=False)


def _bound_key(level: Level, bound_to: str | None) -> UUID | None:
    """Return the key of what a token is bound to; refuse what would never be let in."""
    if (level is Level.SYSTEM) != (bound_to is None):
        raise typer.BadParameter("Every level but SYSTEM needs --bound-to, and SYSTEM takes none.")
    kind = "Customer" if level is Level.CUSTOMER else "Tenant"
    try:
        return key_of(bound_to, kind) if bound_to is not None else None
    except NotFound as error:
        raise typer.BadParameter(f"{bound_to!r} is not the id of a {kind.lower()}.") from error


def _serve(settings: Settings) -> None:
    with _refusals_told():
        check_database(settings)
        serving.serve(settings)


@contextmanager
def _refusals_told(database: str = "NUMBERLINE_DATABASE_URL") -> Iterator[None]:
    """Tell in a sentence why a process does not start; `database` is the setting that says which one it needs."""
    try:
        yield
    except Unavailable as error:
        typer.echo(f"The database at {database} cannot be reached{_why(error)}.", err=True)
        raise typer.Exit(1) from error
    except (CannotListen, DatabaseOutdated, DevelopmentKeyExposed, RowSecurityInactive) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _why(error: Unavailable) -> str:
    """Return what the database itself says against letting us in: no more, for a host may be part of a password."""
    found = _FATAL.search(str(error.__cause__))
    return f": {found[1]}" if found else ""


def _settings(**given: Any) -> Settings:
    """Return the settings; what was given on the command line goes before the environment.

    Where they are not good, say why and exit with 2, as for a bad argument.
    """
    log_to_stderr()
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        for line in mistakes(error):
            typer.echo(line, err=True)
        raise typer.Exit(2) from error
