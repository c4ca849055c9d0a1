"""What an Accept header is answered with."""

import pytest

from api.transport.media import EVENTS, JSON, RESPONSE, preferred, takes_events

URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"
)
"""What @urql/core 6 sends with queries and mutations."""


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("APPLICATION/JSON ; charset=utf-8", JSON),
        ("application/graphql-response+json", RESPONSE),
        ("application/graphql-response+json, application/json;q=0.9", RESPONSE),
        ("application/json, application/graphql-response+json", RESPONSE),
        ("application/json, application/graphql-response+json;q=0.9", JSON),
        ("application/json;q=0.2, application/graphql-response+json; q=0.3, */*;q=0.1", RESPONSE),
        ("application/graphql-response+json;q=0.5, */*", JSON),
        ("application/json;q=0, */*", RESPONSE),
        ("application/json;q=nonsense", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
        ("text/event-stream", EVENTS),
        ("text/event-stream, application/json;q=0.9", EVENTS),
        ("text/event-stream, */*", EVENTS),
        ("text/event-stream;q=0.9, application/json", JSON),
        (URQL, RESPONSE),
        ("text/event-stream, multipart/mixed", EVENTS),
    ],
)
def test_a_client_gets_what_it_likes_best(accept: str, media: str) -> None:
    """By weight, then by what it names, then graphql-response+json before json before a stream."""
    assert preferred(accept) == media


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0", "image/*, text/*;q=0.5", "*/*;q=0", "nonsense"]
)
def test_a_client_that_takes_nothing_of_ours_gets_nothing(accept: str) -> None:
    """A stream is never what a wildcard stands for."""
    assert preferred(accept) is None


@pytest.mark.parametrize(
    ("accept", "takes"),
    [(URQL, True), ("text/event-stream;q=0.1", True), ("text/event-stream;q=0", False), ("*/*", False), ("", False)],
)
def test_events_are_taken_by_who_names_them(accept: str, takes: bool) -> None:  # noqa: FBT001  # what is expected
    """Liked best or not: a subscription has no other form."""
    assert takes_events(accept) == takes
