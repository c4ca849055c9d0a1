"""What a sync needs of the world beside the desk."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from controlhub.protocol import Hub
from provisioning.sync.hub_jobs import Sleep
from provisioning.vault import Vault


@dataclass(frozen=True, slots=True)
class Outbound:
    """Control Hub, the keys to the tokens, and how many workers send; how many requests run at once is the hub's own.

    `chance` returns a number in [0, 1), for waits that differ.
    """

    hub: Hub
    vault: Vault
    workers: int = 5
    sleep: Sleep = asyncio.sleep
    chance: Callable[[], float] = random.SystemRandom().random
