"""The reader of the log, by forged logs: the rounds cannot pass by its overlooking something."""

from typing import Any

import pytest

from tests.crash.evidence import Entry, Mistake, slips

HERE = "/v1/telephony/config/locations/here/numbers"


def _sent(method: str, status: int | None, *numbers: str, applied: bool = True) -> dict[str, Any]:
    return {"method": method, "path": HERE, "status": status, "numbers": list(numbers), "applied": applied}


def _added(status: int | None, *numbers: str, applied: bool = True) -> dict[str, Any]:
    return _sent("POST", status, *numbers, applied=applied)


def _removed(status: int | None, *numbers: str) -> dict[str, Any]:
    return _sent("DELETE", status, *numbers)


def _read(status: int | None = 200) -> dict[str, Any]:
    path = "/v1/telephony/config/numbers"
    return {"method": "GET", "path": path, "status": status, "numbers": [], "applied": False}


def _log(*entries: dict[str, Any]) -> list[Entry]:
    return [{**entry, "id": number} for number, entry in enumerate(entries, 1)]


MANY = tuple(f"+1212{number:07}" for number in range(1_001))

WRONG = {
    "twice": ([_added(201, "a"), _added(409, "a", applied=False)], (Mistake.ADDED_TWICE, 2)),
    "twice after a look": ([_added(201, "a"), _read(), _added(201, "a")], (Mistake.ADDED_TWICE, 3)),
    "blind after a drop": ([_added(None, "a"), _added(201, "a")], (Mistake.BLIND_ADDITION, 2)),
    "blind after a 502": ([_added(502, "a", applied=False), _added(201, "a")], (Mistake.BLIND_ADDITION, 2)),
    "looked in vain": ([_added(500, "a"), _read(503), _read(None), _added(201, "a")], (Mistake.BLIND_ADDITION, 4)),
    "looked too early": ([_read(), _added(500, "a"), _added(201, "a")], (Mistake.BLIND_ADDITION, 3)),
    "looked at half": ([_added(201, *MANY), _added(None, "a"), _read(), _added(201, "a")], (Mistake.BLIND_ADDITION, 4)),
    "blind once more": (
        [_added(500, "a"), _read(), _added(500, "a"), _added(201, "a")],
        (Mistake.BLIND_ADDITION, 4),
    ),
    "removed twice": ([_added(201, "a"), _removed(204, "a"), _removed(204, "a")], (Mistake.REMOVED_TWICE, 3)),
    "removed blindly": ([_added(201, "a"), _removed(None, "a"), _removed(204, "a")], (Mistake.BLIND_REMOVAL, 3)),
    "stray": ([_added(201, "z")], (Mistake.STRAY, 1)),
}

RIGHT = {
    "once": [_added(201, "a")],
    "turned away": [_added(429, "a", applied=False), _added(423, "a", applied=False), _added(201, "a")],
    "refused": [_added(409, "a", "b", applied=False), _added(201, "a")],
    "looked": [_added(None, "a"), _read(), _added(201, "a")],
    "looked at all": [_added(201, *MANY), _added(None, "a"), _read(), _read(503), _read(), _added(201, "a")],
    "looked at what was left": [
        _added(201, "a", *MANY),
        _removed(None, "a"),
        _removed(204, *MANY[:2]),
        _read(),
        _removed(204, "a"),
    ],
    "restored": [_added(201, "a"), _removed(204, "a"), _added(201, "a"), _removed(204, "a")],
}


@pytest.mark.parametrize("name", WRONG)
def test_each_mistake_is_seen_at_the_request_that_made_it(name: str) -> None:
    """Once, and no other with it."""
    log, expected = WRONG[name]

    found = slips(_log(*log), {"a", "b", *MANY})

    assert [(slip.mistake, slip.request) for slip in found] == [expected]


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_let_be(name: str) -> None:
    """So that what the rounds find is worth looking at."""
    assert slips(_log(*RIGHT[name]), {"a", "b", *MANY}) == []
