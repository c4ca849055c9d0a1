"""Counts for tabs and badges: how many rows of a list there are of each kind."""

from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar

import strawberry

from schema.describing import described
from store.counts import Counts
from store.vocabulary import (
    NumberSource,
    NumberStatus,
    NumberType,
    ServiceKind,
    ServiceMode,
    ServiceStatus,
    SyncState,
    UploadStatus,
    Word,
)

Value = TypeVar("Value", bound=Word)

_COUNT = "How many there are; 0 where there are none."
_TOTAL = "How many the whole filter fits: what `totalCount` of the list says."


@strawberry.type(description="How many services have a mode.")
class ServiceModeCount:
    """A tab."""

    mode: ServiceMode = described("The mode.")
    count: int = described(_COUNT)


@strawberry.type(description="How many services have a status.")
class ServiceStatusCount:
    """A badge."""

    status: ServiceStatus = described("The status.")
    count: int = described(_COUNT)


@strawberry.type(description="How many services are of a kind.")
class ServiceKindCount:
    """A badge."""

    kind: ServiceKind = described("The kind.")
    count: int = described(_COUNT)


@strawberry.type(
    description="Counts of services. Each list has every value, in the order of the enum, and leaves out what the "
    "filter says of that field alone: with `mode: INTEGRATED`, `byMode` still counts both tabs."
)
class ServicesCounts:
    """The tabs and badges of the Customer Leads page."""

    total: int = described(_TOTAL)
    by_mode: list[ServiceModeCount] = described("By mode: the tabs of the page.")
    by_status: list[ServiceStatusCount] = described("By status.")
    by_kind: list[ServiceKindCount] = described("By kind.")

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """Convert what was counted."""
        return cls(
            total=counts.total(),
            by_mode=[ServiceModeCount(mode=m, count=n) for m, n in _each(ServiceMode, counts.by("mode"))],
            by_status=[ServiceStatusCount(status=s, count=n) for s, n in _each(ServiceStatus, counts.by("status"))],
            by_kind=[ServiceKindCount(kind=k, count=n) for k, n in _each(ServiceKind, counts.by("kind"))],
        )


@strawberry.type(description="How many numbers have a status.")
class NumberStatusCount:
    """A badge."""

    status: NumberStatus = described("The status.")
    count: int = described(_COUNT)


@strawberry.type(description="How many numbers are of a type.")
class NumberTypeCount:
    """A badge."""

    type: NumberType = described("The type.")
    count: int = described(_COUNT)


@strawberry.type(description="How many numbers have a sync state.")
class SyncStateCount:
    """A badge."""

    sync_state: SyncState = described("The sync state.")
    count: int = described(_COUNT)


@strawberry.type(description="How many numbers came a way.")
class NumberSourceCount:
    """A badge."""

    source: NumberSource = described("The way.")
    count: int = described(_COUNT)


@strawberry.type(
    description="Counts of numbers. Each list has every value, in the order of the enum, and leaves out what the "
    "filter says of that field alone: with `status: ACTIVE`, `byStatus` still counts all of them."
)
class NumbersCounts:
    """The badges of the Numbers Management page."""

    total: int = described(_TOTAL)
    by_status: list[NumberStatusCount] = described("By status.")
    by_type: list[NumberTypeCount] = described("By type.")
    by_sync_state: list[SyncStateCount] = described("By sync state.")
    by_source: list[NumberSourceCount] = described("By the way they came.")

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """Convert what was counted."""
        states = _each(SyncState, counts.by("sync_state"))
        return cls(
            total=counts.total(),
            by_status=[NumberStatusCount(status=s, count=n) for s, n in _each(NumberStatus, counts.by("status"))],
            by_type=[NumberTypeCount(type=t, count=n) for t, n in _each(NumberType, counts.by("type"))],
            by_sync_state=[SyncStateCount(sync_state=state, count=n) for state, n in states],
            by_source=[NumberSourceCount(source=s, count=n) for s, n in _each(NumberSource, counts.by("source"))],
        )


@strawberry.type(description="How many uploads have a status.")
class UploadStatusCount:
    """A badge."""

    status: UploadStatus = described("The status.")
    count: int = described(_COUNT)


@strawberry.type(
    description="Counts of uploads. `byStatus` has every status, in the order of the enum, whichever the filter asks "
    "for. The numbers within one upload are its own `counts`."
)
class UploadsCounts:
    """The badges of a list of uploads."""

    total: int = described(_TOTAL)
    by_status: list[UploadStatusCount] = described("By status.")

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """Convert what was counted."""
        statuses = _each(UploadStatus, counts.by("status"))
        return cls(total=counts.total(), by_status=[UploadStatusCount(status=s, count=n) for s, n in statuses])


def _each(kind: type[Value], found: Mapping[Any, int]) -> Iterator[tuple[Value, int]]:
    """Yield every member of an enum with how many rows have it."""
    return ((member, found.get(member, 0)) for member in kind)
