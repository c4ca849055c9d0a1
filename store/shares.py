"""How much of the pool one tenant may hold: no more than leaves some for everybody else."""

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from weakref import WeakValueDictionary

from store.scope import Scope
from store.vocabulary import Level


class Shares:
    """Lends so many connections to each tenant or customer at once; who has all of its own waits."""

    def __init__(self, each: int) -> None:
        """Take how many connections one may hold."""
        self._each = each
        self._held: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, scope: Scope) -> AbstractAsyncContextManager[None]:
        """Return what to hold while a connection is held for a scope. The system takes what it needs."""
        if scope.level is Level.SYSTEM:
            return nullcontext()
        return self._held.setdefault(scope.principal, asyncio.Semaphore(self._each))
