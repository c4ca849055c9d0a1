"""The outbox of a development machine: letters lie in a folder instead of being sent, and can be read."""

import asyncio
import json
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

from provisioning.desk import Clock
from provisioning.mail import Letter


class Outbox:
    """A folder with a JSON file for every letter."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Name the folder; it is made with the first letter."""
        self._folder = folder
        self._clock = clock

    async def send(self, letter: Letter) -> None:
        """Put a letter into the folder: whole or not at all."""
        await asyncio.to_thread(self._write, letter)

    def letters(self, to: str | None = None) -> list[dict[str, Any]]:
        """Return the letters with `at`, `to`, `subject` and `text`, the newest first; to one address if given."""
        files = self._folder.glob("*.json") if self._folder.exists() else ()
        found = [json.loads(file.read_text()) for file in files]
        found = [letter for letter in found if to is None or letter["to"] == to]
        return sorted(found, key=lambda letter: str(letter["at"]), reverse=True)

    def _write(self, letter: Letter) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = self._folder / f"{uuid.uuid4().hex}.json"
        unfinished = name.with_suffix(".part")
        unfinished.write_text(json.dumps({"at": self._clock().isoformat(), **asdict(letter)}))
        unfinished.rename(name)
