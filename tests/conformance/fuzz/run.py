"""Sending what was drawn, one operation after the other; each answer is judged, and teaches what there is."""

import json
import random
from dataclasses import dataclass, field
from itertools import islice
from time import perf_counter

import httpx

from tests.conformance.fuzz.aiming import Operation, aimed
from tests.conformance.fuzz.drawing import Drawn, drawn
from tests.conformance.fuzz.ground import Ground, ground
from tests.conformance.fuzz.judging import complaints, published_codes
from tests.conformance.fuzz.known import Known
from tests.conformance.fuzz.sending import answered
from tests.conformance.fuzz.tally import Tally

RENEWED = 100
"""After how many operations there are new things to name: mutations use them up."""

SHARES = (6, 3, 1)
"""How often the callers of a place call: the system, its provider, its customer."""

LAST = frozenset({"serviceRemove"})
"""The fields after which there is nothing left to name."""

SHOWN = 3_000
"""How many characters of an operation are told."""


async def fuzzed(operations: int, seed: int) -> Tally:
    """Draw about so many operations and send them to a system of its own; the same for the same seed."""
    sent = drawn(operations, seed)
    async with ground() as running:
        return await _Fuzzing(running, random.Random(seed)).through(sent)


@dataclass(slots=True)
class _Fuzzing:
    ground: Ground
    chance: random.Random
    known: Known = field(default_factory=Known)
    tally: Tally = field(default_factory=Tally)
    published: frozenset[str] = field(default_factory=published_codes)

    async def through(self, operations: list[Drawn]) -> Tally:
        begun, left = perf_counter(), iter(operations)
        while batch := list(islice(left, RENEWED)):
            for place in await self.ground.places():
                self.known.arrange(place)
            for one in batch:
                await self._send(one)
        self.tally.found += await self.ground.complaints()
        self.tally.seconds = perf_counter() - begun
        return self.tally

    async def _send(self, one: Drawn) -> None:
        place = self.known.oldest() if one.field in LAST else self.known.place(self.chance)
        operation = aimed(one, self.known, place, self.chance)
        (token,) = self.chance.choices(place.callers, SHARES)
        self.tally.sent[operation.kind] += 1
        begun, api = perf_counter(), self.ground.api
        try:
            response = await answered(api.http, f"{api.address}/graphql", operation, token)
        except httpx.HTTPError as error:
            self.tally.found.append(_told(operation, f"{error!r} after {perf_counter() - begun:.1f} s"))
            return
        self.tally.slowest_s = max(self.tally.slowest_s, perf_counter() - begun)
        self._judge(operation, response)

    def _judge(self, operation: Operation, response: httpx.Response) -> None:
        wrong = list(complaints(operation, response, self.published))
        if wrong:
            self.tally.found.append(_told(operation, *wrong))
            return
        answer = response.json()
        self.known.learn(answer)
        self.tally.count(operation, answer)


def _told(operation: Operation, *wrong: str) -> str:
    sent = [operation.document[:SHOWN], json.dumps(operation.variables)[:SHOWN]]
    return "\n".join([*wrong, *sent, *([f"file: {operation.file!r}"] if operation.file is not None else [])])
