"""How the simulator treats one organization, where the real Control Hub is known to behave in more than one way."""

import sqlite3

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """What can be turned for an organization; it stays turned until it is turned back.

    `access_token_lives_s`: access tokens given out from now on live so long, null for Webex's fortnight.
    `add_limit`: more numbers than that in a request to add are refused with 400; Webex names a limit for mobile
    numbers only. `ignores_present_numbers`: adding passes over numbers that the location has already, as documented;
    else it is refused with 409, as seen live. `documented_validation`: the validation answers with the documented
    field names, not those seen live.

    `job_polls` is how many requests about jobs find a new job still running before the one that ends it; of a job
    whose id got lost, an attempt to start the next one counts too. `job_fails`: new jobs fail as a whole.
    `moves_one_number`: a job that moves more than one number moves none of them.
    `unknown_number_as_502`: about a number that it does not have, a location answers 502 with a header, not 400.
    """

    model_config = ConfigDict(extra="forbid")

    access_token_lives_s: int | None = Field(default=None, gt=0)
    add_limit: int | None = Field(default=None, gt=0)
    ignores_present_numbers: bool = False
    documented_validation: bool = False
    job_polls: int = Field(default=1, ge=0)
    job_fails: bool = False
    moves_one_number: bool = False
    unknown_number_as_502: bool = False


def switches_of(db: sqlite3.Connection, organization: str) -> Switches:
    """Return the organization's switches."""
    row = db.execute("SELECT settings FROM switches WHERE organization = ?", (organization,)).fetchone()
    return Switches.model_validate_json(row["settings"]) if row else Switches()


def turn(db: sqlite3.Connection, organization: str, switches: Switches) -> None:
    """Turn the switches that were named; the others stay."""
    settings = switches_of(db, organization).model_copy(update=switches.model_dump(exclude_unset=True))
    db.execute("INSERT OR REPLACE INTO switches VALUES (?, ?)", (organization, settings.model_dump_json()))
