"""The guided tabs: from "who am I" to numbers in Control Hub, each ready to run, in order."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from api.graphiql.page import Config, Tab

DOCUMENTS: Mapping[str, str] = {
    path.stem.partition("-")[2]: path.read_text() for path in sorted((Path(__file__).parent / "tabs").glob("*.graphql"))
}
"""The documents of the tabs by name, in order."""

LOCATION = "New York"
"""A location that every organization of the simulator has, and that takes numbers."""

AREA = "+1646"
"""New York."""

EXCHANGES = range(200, 1_000)
"""What may follow an area code."""

TO_FILL_IN = "(in place of these parentheses: a token of your issuer, or what 'numberline token' prints)"
"""What stands for a token where the reader has to bring one; page.js does not send it."""


def config(token: str | None) -> Config:
    """Return the tabs with a reference and a block of ten numbers that most likely nobody has used: 1 in 800,000."""
    headers = {"Authorization": f"Bearer {token or TO_FILL_IN}"}
    block = f"{secrets.choice(EXCHANGES)}{secrets.randbelow(1_000):03}"
    variables = _variables(f"acme-{block}", f"{AREA}{block}")
    tabs = [Tab(query=text, variables=variables[name], headers=headers) for name, text in DOCUMENTS.items()]
    return Config(tabs=tabs, headers=headers)


def _variables(ref: str, block: str) -> dict[str, dict[str, str]]:
    """Return the variables of each tab; `block` is what the ten numbers begin with."""
    named, located = {"ref": ref}, {"ref": ref, "location": LOCATION}
    numbers = f"Number,Range End\n{block}0\n{block}1\n{block}2,{block}8\n{block}"
    return {
        "who-am-i": {},
        "onboard": named,
        "consent": named,
        "attach": located,
        "upload": {**located, "numbers": numbers},
        "submit": named,
        "follow": named,
        "search-numbers": {"startsWith": block},
    }
