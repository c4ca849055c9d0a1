"""A stand-in for curl on machines without it: the options that the documentation uses, and no others."""

import argparse
import sys
from pathlib import Path

import httpx


def main(arguments: list[str]) -> int:
    """Send the request; return 22 where the server refuses it, as `curl -f` does."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("-fsS", action="store_true", required=True)
    parser.add_argument("-H", action="append", default=[], dest="headers")
    parser.add_argument("-F", action="append", default=[], dest="parts")
    parser.add_argument("-o", dest="output")
    parser.add_argument("url")
    given = parser.parse_args(arguments)
    answer = httpx.request(
        "POST" if given.parts else "GET",
        given.url,
        headers=[tuple(header.split(": ", 1)) for header in given.headers],
        files=[_part(*part.split("=", 1)) for part in given.parts] or None,
        timeout=30,
    )
    if answer.is_error:
        sys.stderr.write(answer.text)
        return 22
    if given.output:
        Path(given.output).write_bytes(answer.content)
    else:
        sys.stdout.buffer.write(answer.content)
    return 0


def _part(name: str, value: str) -> tuple[str, tuple[str | None, bytes]]:
    if value.startswith("@"):
        return name, (Path(value[1:]).name, Path(value[1:]).read_bytes())
    return name, (None, value.encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
