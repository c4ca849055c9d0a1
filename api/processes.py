"""Starting our own programs as processes of their own, and stopping them."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def simulator(state: Path, *, port: int = 0, latency_ms: int = 0) -> Iterator[str]:
    """Run the Control Hub simulator; yield the base address for its API. `port` 0 takes any that is free."""
    state.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "controlhub.simulator", "--state", str(state), "--port", str(port)]
    with _running([*command, "--latency-ms", str(latency_ms)], {}) as address:
        yield f"{address}/v1"


@contextmanager
def server(environment: Mapping[str, str]) -> Iterator[str]:
    """Run `numberline serve` with an environment; yield its address."""
    command = [sys.executable, "-m", "api", "serve"]
    with _running(command, environment) as address:
        yield address


@contextmanager
def program(module: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Run a module that announces its address; yield it."""
    with _running([sys.executable, "-m", module], environment) as address:
        yield address


@contextmanager
def _running(command: list[str], environment: Mapping[str, str]) -> Iterator[str]:
    """Run a program that says `... listening on ADDRESS` when it is ready; end it when the block ends."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(environment) or None)  # noqa: S603  # our own programs
    try:
        yield _address(process)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _address(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout is not None else ""
    if " listening on " not in line:
        raise RuntimeError(f"{process.args!r} did not start: {line!r}")
    return line.rpartition(" ")[2].strip()
