"""GraphiQL in a browser: headless Chromium, from an npm package."""

from pathlib import Path
from typing import Any

import pytest

from api.graphiql.page import missing_files
from tests.api.test_guided_tabs import ORDER
from tests.conformance.clients.node import lines

SCREENSHOT = Path(__file__).parents[3] / ".artefacts" / "graphiql.png"
"""Kept for whoever builds, not committed."""


async def test_a_newcomer_gets_to_a_ready_service_in_a_browser(served: str, control_hub: str) -> None:
    """Tab by tab, with the panes at hand, nothing from outside and no complaint; a reload keeps what was written."""
    if missing_files():
        pytest.skip("GraphiQL is not installed: make setup")
    SCREENSHOT.parent.mkdir(exist_ok=True)
    SCREENSHOT.unlink(missing_ok=True)

    async with lines("browser.mjs", served, control_hub, str(SCREENSHOT)) as printed:
        steps = [step async for step in printed]
    if "unavailable" in steps[0]:
        pytest.skip(f"Chromium does not start on this machine: {steps[0]['unavailable']}")

    shown: dict[str, Any] = {name: value for step in steps if "name" not in step for name, value in step.items()}
    answers = {step["name"]: step["answer"] for step in steps if "name" in step}
    assert shown["strays"] == []
    assert shown["complaints"] == []
    assert shown["tabs"] == list(answers) == ORDER
    assert shown["thanks"] == "Thank you"
    assert "errors" not in str(answers)
    assert answers["Follow"]["data"]["uploadProgressed"]["upload"]["service"]["status"] == "READY"
    assert answers["SearchNumbers"]["data"]["numbers"]["totalCount"] == 9
    assert "Mutation" in shown["documentation"]
    assert "serviceStatusChanged" in shown["explorer"] or "numbers" in shown["explorer"]
    assert (shown["reloaded"], shown["overAgain"]) == (len(ORDER), True)
    assert SCREENSHOT.stat().st_size > 0
