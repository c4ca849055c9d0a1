"""A page of the documentation as a list of steps, and a reader who does what it says."""

import asyncio
import json
import os
import re
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.api.journey import ENDED, Api, eventually

_STEP = re.compile(
    r"^<!-- (?P<note>[A-Za-z ]+): (?P<about>[^\n]+) -->$"
    r"|^```graphql\n(?P<document>.*?)^```$"
    r"(?:\n\n```json\n(?P<variables>.*?)^```$)?"
    r"(?:\n\n```json answer\n(?P<answer>.*?)^```$)?"
    r"|^```bash\n(?P<script>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
"""What a page holds for a reader who runs it: notes that people do not see, documents, and scripts."""

_FENCE = re.compile(r"^```(?:graphql|bash|json|json answer)$", re.MULTILINE)
"""How a block begins: each has to belong to a step."""

_PLACEHOLDER = re.compile(r'"(?P<name>[A-Z]+(?:_[A-Z]+)*)"')
"""How a page writes what an answer above it has given: the name of the field in capitals."""

_RESTING = ENDED | {"ROLLED_BACK"}
"""The statuses in which nothing happens to a submitted upload by itself."""

_CURL = Path(__file__).with_name("curl.py")
"""What runs in the place of curl where that is not installed."""

WEATHER: Mapping[str, list[dict[str, Any]]] = {
    "well": [],
    "busy": [{"method": "POST", "path_contains": "umbers", "body_contains": "+1312", "status": 429, "retry_after": 0}],
    "refuses": [{"method": "POST", "path_contains": "/numbers", "body_contains": "+1312", "status": 403}],
}
"""The faults of the simulator behind a note "Control Hub: ..."."""


@dataclass(frozen=True, slots=True)
class Step:
    """One note, document or script, and the line on which it begins."""

    line: int
    parts: Mapping[str, str]


def steps(page: str) -> Iterator[Step]:
    """Read the steps of a page in their order."""
    found = list(_STEP.finditer(page))
    blocks = [
        text for step in found for name, text in step.groupdict().items() if text and name not in {"note", "about"}
    ]
    assert len(blocks) == len(_FENCE.findall(page)), (
        "a block of the page is not closed, or follows nothing it belongs to"
    )
    for step in found:
        given = {name: text for name, text in step.groupdict().items() if text is not None}
        yield Step(page.count("\n", 0, step.start()) + 1, given)


@dataclass(slots=True)
class Reader:
    """Who does what a page says, in a folder, and remembers what was answered by the names of its fields."""

    api: Api
    admin: Api
    simulator: str
    folder: Path
    answered: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)

    async def follow(self, step: Step) -> None:
        """Do one step. Fails where the answer is not what the page says."""
        match dict(step.parts):
            case {"document": document, **more}:
                await self._ask(self._filled(document), more)
            case {"script": script}:
                await self._run(script)
            case {"note": "asks", "about": "Admin"}:
                self.api = self.admin
            case {"note": "shows", "about": codes}:
                self.shown = codes.split(", ")
            case {"note": "rests", "about": upload}:
                await eventually(lambda: self._rests(upload))
            case {"note": "Control Hub", "about": weather}:
                turned = await self.api.http.post(f"{self.simulator}/_faults", json={"rules": WEATHER[weather]})
                turned.raise_for_status()
            case {"note": "Control Hub loses", "about": numbers}:
                lost = {"numbers": numbers.split(", ")}
                (await self.api.http.post(f"{self.simulator}/_numbers/remove", json=lost)).raise_for_status()
            case {"note": "gone", "about": service}:
                await eventually(lambda: self._is_gone(service))
            case {"note": "reconciles", "about": service}:
                await eventually(lambda: self._is_reconciled(service))
            case other:
                raise AssertionError(other)

    async def _ask(self, document: str, more: Mapping[str, str]) -> None:
        variables = json.loads(self._filled(more.get("variables", "{}")))
        if document.startswith("subscription"):
            data = await self._watch(document, variables)
        else:
            data = await self.api.query(document, **variables)
        self._judge(data)
        if "answer" in more:
            assert data == json.loads(self._filled(more["answer"]))

    async def _watch(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Follow an upload until it rests; return the first event."""
        first: dict[str, Any] | None = None
        async with asyncio.timeout(30), aclosing(self.api.follow(document, **variables)) as events:
            async for event in events:
                first = first or event
                if event["uploadProgressed"]["status"] in _RESTING:
                    return first
        raise AssertionError("the subscription ended before the upload did")

    async def _run(self, script: str) -> None:
        """Run a script: what it fails at fails here, and what it prints is an answer."""
        environment = {
            **self.answered,
            "NUMBERLINE": self.api.address,
            "TOKEN": self.api.token or "",
            "PATH": f"{self._curl()}{os.environ['PATH']}",
        }
        process = await asyncio.create_subprocess_exec(
            "bash", "-euc", script, cwd=self.folder, env=environment, stdout=PIPE, stderr=PIPE
        )
        printed, complaints = await process.communicate()
        assert process.returncode == 0, complaints.decode()
        for line in printed.decode().splitlines():
            answer = json.loads(line)
            assert "errors" not in answer, answer
            self._judge(answer["data"])

    def _curl(self) -> str:
        """Return what goes in front of the path: nothing, or a folder with a stand-in for a curl that is not there."""
        if shutil.which("curl"):
            return ""
        stand_in = self.folder / "bin" / "curl"
        stand_in.parent.mkdir(exist_ok=True)
        stand_in.write_text(f"#!{sys.executable}\n{_CURL.read_text()}")
        stand_in.chmod(0o755)
        return f"{stand_in.parent}{os.pathsep}"

    def _judge(self, data: dict[str, Any]) -> None:
        """Compare the user errors with those that the page has announced, and remember the rest."""
        errors = [error["code"] for payload in data.values() for error in (payload or {}).get("userErrors", ())]
        assert errors == self.shown, data
        self.shown = []
        fresh: dict[str, str] = {}
        for name, value in _texts(data):
            fresh.setdefault(name, value)
        self.answered.update(fresh)

    def _filled(self, text: str) -> str:
        def fill(found: re.Match[str]) -> str:
            return json.dumps(self.answered.get(found["name"], found["name"]))

        return _PLACEHOLDER.sub(fill, text)

    async def _rests(self, upload: str) -> bool:
        document = "query($by: UploadBy!) { upload(by: $by) { status waiting { code } } }"
        found = (await self.api.query(document, by={"reference": upload}))["upload"]
        return found["status"] in _RESTING or found["waiting"] is not None

    async def _is_gone(self, service: str) -> bool:
        found = await self.api.query("query($by: ServiceBy!) { service(by: $by) { id } }", by={"reference": service})
        return found["service"] is None

    async def _is_reconciled(self, service: str) -> bool:
        document = "query($by: ServiceBy!) { service(by: $by) { reconciledAt } }"
        found = (await self.api.query(document, by={"reference": service}))["service"]["reconciledAt"]
        return found not in {None, self.answered.get("RECONCILED_AT")}


def _texts(found: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts of an answer in their order, by the names of their fields in capitals."""
    for name, value in found.items() if isinstance(found, dict) else ():
        if isinstance(value, str):
            yield re.sub(r"([A-Z])", r"_\1", name).upper(), value
        for inner in value if isinstance(value, list) else [value]:
            yield from _texts(inner)
