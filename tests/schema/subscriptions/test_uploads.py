"""What a subscriber of an upload is told."""

import pytest

from schema.subscriptions.uploads import newest_counts
from store.tables import Event
from store.vocabulary import EventKind

COUNTS, STATUS = EventKind.UPLOAD_COUNTS, EventKind.UPLOAD_STATUS


@pytest.mark.parametrize(
    ("kinds", "left"),
    [
        ([], []),
        ([COUNTS], [0]),
        ([COUNTS, COUNTS], [1]),
        ([STATUS, COUNTS, STATUS], [0, 2]),
    ],
)
def test_only_the_newest_counts_are_told_and_every_status(kinds: list[EventKind], left: list[int]) -> None:
    """Also where nothing happened to this upload, but to another one of its service."""
    events = [Event(id=index, kind=kind) for index, kind in enumerate(kinds)]
    assert [event.id for event in newest_counts(events)] == left
