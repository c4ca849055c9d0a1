"""The values that pass between us and a hub."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HubNumberType(StrEnum):
    """The Webex `numberType` of a number."""

    DID = "DID"
    TOLLFREE = "TOLLFREE"
    MOBILE = "MOBILE"


class HubNumberUsage(StrEnum):
    """The Webex `numberUsageType` of a number."""

    NONE = "NONE"
    """A calling user's number."""
    SERVICE = "SERVICE"
    """High-volume use, such as a contact centre or a fax service."""


@dataclass(frozen=True, slots=True)
class HubTokens:
    """What the authorization server hands out. Times are aware UTC."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime

    def __repr__(self) -> str:
        """Keep the tokens out of logs and tracebacks."""
        return f"HubTokens(access_expires_at={self.access_expires_at!r})"


@dataclass(frozen=True, slots=True)
class HubLocation:
    """A location of the organization. `country` is ISO 3166-1 alpha-2; None where Control Hub does not say."""

    id: str
    name: str
    country: str | None


@dataclass(frozen=True, slots=True)
class HubLocationTelephony:
    """How a location reaches the PSTN. `connection_type` is None where no connection is set up yet."""

    connection_type: str | None
    main_number: str | None


@dataclass(frozen=True, slots=True)
class HubNumber:
    """A number as Control Hub lists it.

    `owner` names whom it is assigned to; None where nobody. `is_service` says usage SERVICE.
    """

    e164: str
    location_id: str
    active: bool
    is_main: bool
    is_service: bool
    owner: str | None


@dataclass(frozen=True, slots=True)
class HubProblem:
    """What Control Hub says against one number."""

    e164: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class HubJob:
    """How a job of Control Hub stands. While it is `running`, the other fields say nothing yet.

    `problems` are the numbers it did not change, and why, unordered. `failed` says that it broke off, or that it went
    wrong without naming the number: then only reading back tells which numbers it changed.
    """

    running: bool
    failed: bool = False
    problems: Sequence[HubProblem] = ()
