"""One crash round: an upload under a storm, in which something is killed, and what has to be true in the end."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from schema.ids import decode
from tests.api.journey import ENDED, eventually, integrated_site, started
from tests.crash.agreement import Behind, Expected, by_events, by_graphql, by_numbers
from tests.crash.caller import Caller
from tests.crash.evidence import Entry, answers, slips
from tests.crash.house import DATABASE, WEB, House
from tests.crash.storm import BLINDING, Fault, storm

PATIENCE_S = 300.0
"""How long a round may take: several times what it needs, for a sync rests where many answers are lost."""

AREAS = (212, 213, 305, 312, 404, 415, 512, 602, 617, 702, 713, 808, 901, 917, 949)
"""Area codes of the United States."""

MARKS = ("import", "submit", "sync", "sync", "sync", "sync", "afterwards")
"""What a kill waits for; most of the time passes in the sync."""

AFTERWARDS = ("change", "release")
"""What is done with numbers that have arrived."""

VICTIMS = (("busy",), ("worker",), (WEB,), (DATABASE,), ("busy", DATABASE), (WEB, "busy"), (WEB, DATABASE))
"""What is killed: `busy` is who talks to Control Hub at that moment, `worker` any worker."""

STRENGTHS = (0.03, 0.06, 0.12)
"""Which share of the requests a fault strikes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that chance decides about a round, beforehand."""

    number: int
    valid: Sequence[str]
    invalid: Sequence[str]
    number_type: str
    again: Sequence[str]
    """Numbers with which more is done afterwards; none: this round ends with the upload."""
    afterwards: str
    """What is done with them: "change" of their type, or "release" and restoring."""
    mark: str
    progress: float
    """Which share of the numbers is there when the kill of mark "sync" comes."""
    delay_s: float
    victims: Sequence[str]
    pick: float
    """Which worker is meant by "worker", in [0, 1)."""
    down_s: float
    faults: Sequence[Fault]
    storm_s: float
    """How long the storm lasts after the kill and the progress of mark "sync", whichever is later."""

    @property
    def usages(self) -> dict[str, str]:
        """Return the Control Hub usage that every valid number has in the end."""
        first, second = ("NONE", "SERVICE") if self.number_type == "USER" else ("SERVICE", "NONE")
        again = self.again if self.afterwards == "change" else ()
        return {**dict.fromkeys(self.valid, first), **dict.fromkeys(again, second)}


@dataclass(slots=True)
class Outcome:
    """What a round came to."""

    number: int
    killed: tuple[str, ...] = ()
    mark: str = ""
    numbers: int = 0
    requests: int = 0
    seconds: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    findings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in a line, and one for each finding."""
        line = (
            f"round {self.number}: {' and '.join(self.killed)} killed at {self.mark}; {self.numbers} numbers, "
            f"{self.requests} requests, {self.struck.total()} faults, {self.seconds:.0f} s, "
            f"additions by answer {dict(self.answers)}"
        )
        return "\n".join([line, *(f"  FINDING: {finding}" for finding in self.findings)])


def planned(seed: int, number: int, sizes: tuple[int, int] = (2_000, 4_000)) -> Plan:
    """Decide a round by its number: each has numbers of its own."""
    chance = Random(f"{seed}/{number}")
    prefix = f"+1{AREAS[number % len(AREAS)]}{220 + number // len(AREAS)}"
    valid = [f"{prefix}{subscriber:04}" for subscriber in chance.sample(range(10_000), chance.randint(*sizes))]
    mark = MARKS[number % len(MARKS)]
    again = chance.sample(valid, len(valid) // 4) if mark == "afterwards" or chance.random() < 0.2 else []
    return Plan(
        number=number,
        valid=valid,
        invalid=[f"nonsense {line}" for line in range(chance.randint(1, 40))],
        number_type=chance.choice(["USER", "USER", "SERVICE"]),
        again=sorted(again),
        afterwards=AFTERWARDS[number // len(MARKS) % len(AFTERWARDS)],
        mark=mark,
        progress=chance.uniform(0.02, 0.9),
        delay_s=chance.uniform(0, 0.4),
        victims=VICTIMS[(number + number // len(MARKS)) % len(VICTIMS)],
        pick=chance.random(),
        down_s=chance.choice([0.0, 0.5, 2.0]),
        faults=storm(chance, chance.choice(STRENGTHS), BLINDING if number % 3 == 2 else ()),
        storm_s=chance.uniform(1, 6),
    )


class Round:
    """A round in play."""

    def __init__(self, plan: Plan, house: House, control_hub: str, behind: Behind, caller: Caller) -> None:
        self._plan, self._house, self._behind, self._caller = plan, house, behind, caller
        self._control_hub, self._routes = control_hub, control_hub.removesuffix("/v1")
        self._http = caller.api.http
        self._marks = {mark: asyncio.Event() for mark in MARKS}
        self._log: list[Entry] = []
        self._read_to = 0
        self._organization = self._location = ""
        self._outcome = Outcome(plan.number, numbers=len(plan.valid), mark=plan.mark)

    async def play(self) -> Outcome:
        """Play it; return what it came to."""
        begun = time.monotonic()
        self._caller.surprises.clear()
        site = await integrated_site(self._caller.api)
        self._organization, self._location = self._behind.place(site.service)
        header = {"webexPhoneType": "DID", "numberType": self._plan.number_type}
        cac = {"cacValue": 5} if self._plan.number_type == "SERVICE" else {}
        upload = await started(self._caller.api, site, **header, **cac)
        expected = Expected(site.service, upload, self._plan.usages, len(self._plan.invalid))
        await self._skip_log()
        try:
            async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
                tasks.create_task(self._use(expected))
                tasks.create_task(self._strike())
        except TimeoutError:
            self._outcome.findings.append(f"did not end within {PATIENCE_S:.0f} s: {self._stand(expected)}")
        except ExceptionGroup as group:
            self._outcome.findings.append(f"did not go through: {group.exceptions}")
        await self._clear()
        await self._judge(expected)
        self._outcome.seconds = time.monotonic() - begun
        return self._outcome

    async def _use(self, expected: Expected) -> None:
        """Do what a client does: import, submit, wait for the end, have failed ones retried, go on with some."""
        rows = Random(self._plan.number).sample([*self._plan.valid, *self._plan.invalid], self._rows)
        content = "\r\n".join(["phone_number", *rows]).encode()
        await self._post(self._plan.faults)
        self._marks["import"].set()
        await self._caller.send(expected.upload, content, f"round {self._plan.number}")
        self._marks["submit"].set()
        await self._caller.do("uploadSubmit", {"upload": {"id": expected.upload}}, done=["STATE_FORBIDS"])
        while await self._ended(expected.upload) != "COMPLETED" and await self._retried(expected.upload):
            self._outcome.retried += 1
        if self._plan.again:
            await self._go_on(expected)

    @property
    def _rows(self) -> int:
        return len(self._plan.valid) + len(self._plan.invalid)

    async def _ended(self, upload: str) -> str:
        document = "query($by: UploadBy!) { upload(by: $by) { status counts { added } } }"
        while True:
            found = (await self._caller.ask(document, by={"id": upload}))["upload"]
            if found["counts"]["added"] >= self._plan.progress * len(self._plan.valid):
                self._marks["sync"].set()
            if found["status"] in ENDED:
                self._marks["sync"].set()
                return str(found["status"])
            await asyncio.sleep(0.1)

    async def _retried(self, upload: str) -> bool:
        """Have those sent again that failed and may succeed; say whether there were any."""
        document = """query($id: ID!) {
          numbers(filter: { upload: {id: $id}, syncState: FAILED }, first: 100) { nodes { problem { retryable } } } }"""
        found = (await self._caller.ask(document, id=upload))["numbers"]["nodes"]
        if not any(node["problem"]["retryable"] for node in found):
            return False
        await self._caller.do("uploadRetryFailed", {"upload": {"id": upload}}, done=["STATE_FORBIDS"])
        return True

    async def _go_on(self, expected: Expected) -> None:
        """Give some numbers another type, or release and restore them."""
        entries = [{"single": number} for number in self._plan.again]
        numbers = {"listed": {"service": {"id": expected.service}, "entries": entries}}
        total, some = len(self._plan.valid), len(self._plan.again)
        self._marks["afterwards"].set()
        if self._plan.afterwards == "change":
            other, cac = ("SERVICE", {"cacValue": 7}) if self._plan.number_type == "USER" else ("USER", {"cacValue": 2})
            await self._caller.do("numbersUpdate", {"numbers": numbers, "changes": {"numberType": other, **cac}})
        else:
            await self._caller.do("numbersRelease", {"numbers": numbers}, done=["NUMBER_BUSY", "NUMBER_COOLING"])
            await self._stand_so(expected.upload, "COOLING", "REMOVED", some)
            await self._caller.do("numbersRestore", {"numbers": numbers}, done=["NUMBER_NOT_COOLING"])
        await self._stand_so(expected.upload, "ACTIVE", "SYNCED", total)

    async def _stand_so(self, upload: str, status: str, state: str, total: int) -> None:
        """Wait until so many numbers stand like that."""
        given = f"upload: {{id: $id}}, status: {status}, syncState: {state}"
        document = f"query($id: ID!) {{ numbers(filter: {{ {given} }}) {{ totalCount }} }}"

        async def stand() -> bool:
            found: bool = (await self._caller.ask(document, id=upload))["numbers"]["totalCount"] == total
            return found

        await eventually(stand, PATIENCE_S)

    async def _strike(self) -> None:
        """Kill what is planned when it is time, start it again, and let the storm pass."""
        await self._marks[self._plan.mark].wait()
        await asyncio.sleep(self._plan.delay_s)
        self._outcome.killed = self._chosen()
        await self._house.kill(self._outcome.killed)
        await asyncio.sleep(self._plan.down_s)
        await self._house.start(self._outcome.killed)
        # The storm has to meet the sync, also where something was killed long before that.
        await self._marks["sync"].wait()
        await asyncio.sleep(self._plan.storm_s)
        await self._clear()

    def _chosen(self) -> tuple[str, ...]:
        workers = self._house.names[1:]
        anyone = workers[int(self._plan.pick * len(workers))]
        busy = self._house.busy(self._control_hub)
        meant = {"worker": anyone, "busy": busy[0] if busy else anyone}
        return tuple(dict.fromkeys(meant.get(victim, victim) for victim in self._plan.victims))

    async def _post(self, faults: Sequence[Fault]) -> None:
        body = {"seed": self._plan.number, "rules": [fault.rule for fault in faults]}
        (await self._http.post(f"{self._routes}/_faults", json=body)).raise_for_status()

    async def _clear(self) -> None:
        """End the storm, and count what it struck."""
        forecast = (await self._http.get(f"{self._routes}/_faults")).json()
        for fault, rule in zip(self._plan.faults, forecast["rules"], strict=False):
            self._outcome.struck[fault.name] += rule["struck"]
        await self._http.delete(f"{self._routes}/_faults")

    async def _judge(self, expected: Expected) -> None:
        held = await self._held()
        await self._read_log()
        self._outcome.requests = len(self._log)
        self._outcome.answers = answers(self._log)
        submitted = set(expected.usages)
        self._outcome.findings += [
            *_shortened([str(slip) for slip in slips(self._log, submitted)]),
            *await by_graphql(self._caller, expected),
            *by_numbers(self._behind, expected, held, self._location),
            *by_events(self._behind, expected),
            *_shortened([f"a caller was answered {surprise}" for surprise in self._caller.surprises]),
        ]

    async def _held(self) -> list[dict[str, Any]]:
        query = {"organization": self._organization}
        held: list[dict[str, Any]] = (await self._http.get(f"{self._routes}/_numbers", params=query)).json()
        return held

    async def _skip_log(self) -> None:
        await self._read_log()
        self._log.clear()

    async def _read_log(self) -> None:
        """Read on in the log, page by page, and keep what is about this round's organization."""
        while True:
            page = await self._http.get(f"{self._routes}/_log", params={"after": self._read_to, "limit": 5_000})
            entries = page.raise_for_status().json()["requests"]
            if not entries:
                return
            self._read_to = entries[-1]["id"]
            self._log += [entry for entry in entries if entry["organization"] == self._organization]

    def _stand(self, expected: Expected) -> str:
        """Say how things stand, for whoever looks into it."""
        query = "SELECT status, sync_state, task, count(*) FROM number WHERE service_id = %s GROUP BY 1, 2, 3"
        numbers = self._behind.rows(query, _key(expected.service))
        return f"numbers {numbers}, jobs {self._behind.unfinished()}"


def _key(global_id: str) -> Any:
    return decode(global_id)[1]


def _shortened(findings: list[str]) -> list[str]:
    """Return the first few: one slip of a batch comes ten times."""
    return [*findings[:5], *([f"... and {len(findings) - 5} more such"] if len(findings) > 5 else [])]
