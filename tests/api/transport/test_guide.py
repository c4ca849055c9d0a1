"""The page on transport: what it shows is what happens."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest

from api import issuer, pace
from api.processes import server
from api.settings import Settings
from api.transport import errors
from api.transport.documents import MOST_CHARACTERS
from api.transport.sockets import INIT_TIMEOUT, MOST_OPERATIONS
from api.transport.streams import HEARTBEAT_S
from schema.limits import OperationLimits
from schema.limits import cost as costs
from schema.limits import errors as limits
from store.errors import NumberlineError
from store.vocabulary import Level, Role
from tests.api.conftest import Running, environment
from tests.api.journey import Api, estate, onboard

PAGE = (Path(__file__).parents[3] / "docs" / "guide" / "transport.md").read_text()

GUIDE = " ".join(PAGE.split())

BLOCK = re.compile(
    r"^```http\n(?P<first>.*)\n(?P<headers>(?:[a-z-]+: .*\n)*)(?:\n(?P<body>(?:.*\n)*?))?```$", re.MULTILINE
)
"""A request or an answer: its first line, its headers, and its body."""

MANIFEST = re.search(r"^```json persisted-documents\.json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

SHOWN = [block.groupdict(default="") for block in BLOCK.finditer(PAGE)]

SETTINGS = set(re.findall("`(NUMBERLINE_[A-Z_]+)`", PAGE))
"""Names in capitals that are no codes."""

EXAMPLES = list(zip(SHOWN[::2], SHOWN[1::2], strict=True))


@pytest.fixture
async def shown(api: Api, running: Running, tmp_path: Path) -> AsyncIterator[Api]:
    """An operator with the service of the page, at a server that knows the documents of the page."""
    owner = await estate(api)
    await onboard(api, owner, reference="acme-voice")
    assert MANIFEST
    (tmp_path / "persisted-documents.json").write_text(MANIFEST[1])
    own = {"NUMBERLINE_TRUSTED_DOCUMENTS": str(tmp_path / "persisted-documents.json"), "NUMBERLINE_WORKER": "false"}
    with server(environment(running.data_dir, running.control_hub, **own)) as address:
        yield Api(api.http, address, running.token(Level.PROVIDER, Role.OPERATOR, owner.provider))


async def test_every_example_is_answered_as_the_page_says(shown: Api) -> None:
    """Status, headers and body."""
    assert len(EXAMPLES) == PAGE.count("```http\n") / 2
    for asked, answered in EXAMPLES:
        method, path = asked["first"].split(" ", 1)
        headers = _headers(asked["headers"].replace("TOKEN", shown.token or ""))
        async with shown.http.stream(method, shown.address + path, headers=headers, content=asked["body"]) as answer:
            body = await _beginning(answer, answered["body"].count("\n"))
        assert answer.status_code == int(answered["first"]), (asked, body)
        assert _headers(answered["headers"]).items() <= dict(answer.headers).items()
        assert _same(body) == _same(answered["body"])


def test_the_page_names_every_code() -> None:
    """And none that there is not."""
    known = {
        error.code
        for kinds in (errors, limits, pace, issuer)
        for error in vars(kinds).values()
        if isinstance(error, type) and issubclass(error, NumberlineError) and error.code != "ERROR"
    }
    elsewhere = {"INTERNAL_ERROR", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "HOST_UNKNOWN", "PATH_UNKNOWN"}

    assert set(re.findall(r"`([A-Z]+_[A-Z_]+|UNAUTHENTICATED)`", PAGE)) - SETTINGS == (known | elsewhere) - {
        "UNAVAILABLE"
    }


def test_the_figures_of_the_page_are_those_of_the_server() -> None:
    """A client may rely on them."""
    assert f"A silence of {HEARTBEAT_S:.0f} seconds" in PAGE
    assert f"came for {INIT_TIMEOUT.total_seconds():.0f} seconds" in PAGE
    assert f"up to {MOST_OPERATIONS} operations" in PAGE
    assert f"more than {Settings().body_bytes:,} bytes" in PAGE
    assert f"with files, {Settings().file_bytes:,} more" in PAGE


async def _beginning(answer: httpx.Response, lines: int) -> str:
    """Read an answer to its end, or a stream, which has none, as far as it is shown."""
    if not answer.headers["content-type"].startswith("text/event-stream"):
        return (await answer.aread()).decode()
    read: list[str] = []
    async with aclosing(answer.aiter_lines()) as coming:
        async for line in coming:
            read.append(re.sub(r"^id: .+", "id: CURSOR", line))
            if len(read) == lines:
                break
    return "\n".join(read) + "\n"


def _headers(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines())


def _same(body: str) -> object:
    """Return what a body means, however it is laid out."""
    return json.loads(body) if body.startswith("{") else body


def test_the_limits_of_the_page_are_those_of_the_server() -> None:
    """Where nothing is set."""
    stated = {
        code: int(figure.replace(",", ""))
        for figure, code in re.findall(r"^\| .+ \| ([0-9,]+)[^|]* \| .+ \| `([A-Z_]+)` \|$", PAGE, re.MULTILINE)
        if code != "TOO_SLOW"
    }
    ours, defaults = OperationLimits(), Settings.model_fields

    assert stated == {
        "DOCUMENT_TOO_LONG": MOST_CHARACTERS,
        "TOO_MANY_TOKENS": ours.tokens,
        "DOCUMENT_TOO_DEEP": ours.depth,
        "TOO_MANY_ROOT_FIELDS": ours.fields,
        "TOO_MANY_VALUES": ours.values,
        "TOO_MANY_SELECTIONS": ours.selections,
        "TOO_MANY_ALIASES": ours.aliases,
        "TOO_MANY_DIRECTIVES": ours.directives,
        "TOO_MANY_VARIABLES": ours.variables,
        "TEXT_TOO_LONG": ours.text,
        "TOO_MANY_FRAGMENTS": ours.fragments,
        "TOO_REPETITIVE": ours.repetitions,
        "TOO_COSTLY": ours.cost,
        "BUSY": defaults["lock_time"].default.total_seconds(),
        "TOO_MANY_REQUESTS": defaults["requests_per_second"].default,
        "TOO_MANY_STREAMS": defaults["streams_per_caller"].default,
    }
    most = max(costs.COUNTS.values())
    dear = [f"`{name}`" for name, cost in costs.COUNTS.items() if cost == most]
    for stated in (
        f"itself costs {costs.PAGE} more",
        f"as {costs.LIST} objects",
        f"`totalCount` and `entryCounts` cost {costs.COUNTS['totalCount']};",
        f"{', '.join(dear[:-1])} and {dear[-1]} cost {most}.",
        f"itself {costs.TOLD} fields cost 1",
    ):
        assert stated in GUIDE
