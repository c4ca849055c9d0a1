"""Knowing whether another process still uses a thing, even after one was killed."""

import os
import time
from contextlib import suppress
from pathlib import Path

import psutil

try:
    import fcntl
except ImportError:  # Windows has no flock: there every process counts as the last
    fcntl = None  # type: ignore[assignment]


class InUse:
    """A lock file that each user of a thing holds shared; the operating system drops it when a process dies."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made when first shared."""
        self._path = path
        self._descriptor: int | None = None

    def share(self) -> None:
        """Count this process as a user. Calling it again changes nothing."""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if fcntl is not None:
                fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Stop counting; return whether this process was the only user."""
        if self._descriptor is None:
            return False
        alone = self._alone(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = None
        return alone

    @staticmethod
    def _alone(descriptor: int) -> bool:
        if fcntl is None:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def bury_killed_server(pgdata: Path, *, patience_s: float = 5.0) -> None:
    """Make way for a new server where the old one was killed but not yet reaped by its parent.

    A zombie counts as running for the server library and for PostgreSQL itself. Waits until it is reaped; where
    nobody reaps (some containers), removes its pid file once no process works in the data folder any more.
    """
    deadline = time.monotonic() + patience_s
    while _is_zombie(pgdata):
        if time.monotonic() > deadline and not _works_in(pgdata):
            (pgdata / "postmaster.pid").unlink(missing_ok=True)
            return
        time.sleep(0.05)


def runs(pgdata: Path) -> bool:
    """Return whether the server of this data folder runs; a zombie does not."""
    return _status(pgdata) not in {None, psutil.STATUS_ZOMBIE}


def _is_zombie(pgdata: Path) -> bool:
    return _status(pgdata) == psutil.STATUS_ZOMBIE


def _status(pgdata: Path) -> str | None:
    """Return the status of the process that the pid file names; None where there is no file or no process."""
    try:
        pid = int((pgdata / "postmaster.pid").read_text().split("\n", 1)[0])
        return str(psutil.Process(pid).status())
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None


def _works_in(folder: Path) -> bool:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cwd() == str(folder):
                return True
    return False
