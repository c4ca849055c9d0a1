"""What the rules ask of a hub: Webex Control Hub today, another carrier's tomorrow."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from controlhub.numbers import (
    HubJob,
    HubLocation,
    HubLocationTelephony,
    HubNumber,
    HubNumberType,
    HubNumberUsage,
    HubProblem,
    HubTokens,
)


class Hub(Protocol):
    """One Control Hub. Every call but the two for tokens takes the access token of the organization it acts on.

    Raises, from every call: HubUnauthorized, HubRefused, HubBusy, HubUnanswered (see controlhub.errors).
    """

    validate_limit: int
    """How many numbers one call of `validate_numbers` takes."""
    remove_limit: int
    """How many numbers one call of `remove_numbers` takes."""
    activate_limit: int
    """How many numbers one call of `activate_numbers` takes."""
    number_job_limit: int
    """How many numbers one call of `start_usage_change` or `start_move` takes."""

    def add_limit(self, number_type: HubNumberType) -> int:
        """Return how many numbers of that type one call of `add_numbers` takes."""
        ...

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Return the address at which the customer's administrator consents."""
        ...

    async def tokens_for_code(self, code: str, redirect_uri: str) -> HubTokens:
        """Exchange the code that the consent page brought back; a code is good once."""
        ...

    async def tokens_for_refresh(self, refresh_token: str) -> HubTokens:
        """Renew the tokens; the refresh token's own time is renewed by use."""
        ...

    async def organization_id(self, access_token: str) -> str:
        """Return the organization of the administrator who consented."""
        ...

    async def locations(self, access_token: str) -> list[HubLocation]:
        """Return every location of the organization, in Control Hub's order."""
        ...

    async def location_telephony(self, access_token: str, location_id: str) -> HubLocationTelephony:
        """Return the location's PSTN connection and main number; both None where it is not set up for calling."""
        ...

    async def validate_numbers(self, access_token: str, numbers: Sequence[str]) -> list[HubProblem]:
        """Ask whether Control Hub would take the numbers, at most `validate_limit`; return its objections unordered."""
        ...

    async def add_numbers(
        self,
        access_token: str,
        location_id: str,
        numbers: Sequence[str],
        number_type: HubNumberType,
        usage: HubNumberUsage,
    ) -> None:
        """Add the numbers, active, to the location, at most `add_limit(number_type)` of them.

        Returning means that Control Hub answered 201 for all of them.

        Raises HubNumbersRefused where Control Hub objects to single numbers (whether the others were added is
        not stated: read back), and HubUnanswered where it may or may not have been done.
        """
        ...

    async def remove_numbers(self, access_token: str, location_id: str, numbers: Sequence[str]) -> None:
        """Take the numbers off the location, at most `remove_limit` of them.

        Returning means that Control Hub answered 204 for all of them.

        Raises HubNumberUnknown, a HubRefused, where the location does not have one of them: read back, for that one
        is gone already and the others may have to be sent again. Raises HubRefused where one of them cannot be
        removed (a main number, or one in use), HubNumbersRefused where Control Hub names which, and HubUnanswered
        where it may or may not have been done.
        """
        ...

    async def activate_numbers(self, access_token: str, location_id: str, numbers: Sequence[str]) -> None:
        """Switch numbers of the location to active, at most `activate_limit`; those that are active stay so.

        Returning means that Control Hub answered 204 for all of them. A second time changes nothing, so it is sent
        again where no answer came.

        Raises HubNumberUnknown, a HubRefused, where the location does not have one of them, and HubUnanswered where
        it may or may not have been done even so: asking again later is safe.
        """
        ...

    async def start_usage_change(
        self, access_token: str, location_id: str, numbers: Sequence[str], usage: HubNumberUsage
    ) -> str:
        """Start a job that gives numbers of the location that usage, at most `number_job_limit`; return its id.

        Numbers that have the usage already keep it. Control Hub changes only those that nobody uses.

        Raises HubBusy where another job of the organization runs: start it later. Raises HubUnanswered where it may
        or may not have been started, and may still run: starting it again later is safe, for it is HubBusy as long as
        the first one runs, and a second time changes nothing.
        """
        ...

    async def start_move(self, access_token: str, target_location_id: str, numbers: Mapping[str, Sequence[str]]) -> str:
        """Start a job that moves numbers, by the location that has them, to another location; return its id.

        At most `number_job_limit` in all. Control Hub moves only active numbers that nobody uses and that are no main
        number, and only between locations of one country, PSTN connection type and provider; it may take one number
        at a time (BATCH-1017031 for each where there were more).

        Raises HubBusy where another job of the organization runs: start it later. Raises HubUnanswered where it may
        or may not have been started, and may still run: starting it again later is safe, for a number that has
        arrived is unknown where it was and stays where it is.
        """
        ...

    async def number_job(self, access_token: str, job_id: str) -> HubJob:
        """Look how the job stands; once it has ended, with every number it did not change.

        Raises HubRefused with status 404 where Control Hub does not know the job (any more): read back.
        """
        ...

    def numbers(self, access_token: str, location_id: str | None) -> AsyncIterator[HubNumber]:
        """Read back every number of the location (None: of the organization), page by page."""
        ...
