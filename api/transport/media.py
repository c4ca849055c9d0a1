"""Which media type to answer in: what the Accept header wants against what there is (RFC 9110, section 12.5.1)."""

from functools import lru_cache

RESPONSE = "application/graphql-response+json"
"""A GraphQL response whose status says how it went (GraphQL over HTTP, section 6.4)."""

JSON = "application/json"
"""The same body; a document that cannot run still comes with 200, as clients from before that specification expect."""

EVENTS = "text/event-stream"
"""Server-sent events, as the graphql-sse protocol uses them."""

KNOWN_HEADERS = 256
"""How many different Accept headers a process remembers."""


@lru_cache(maxsize=KNOWN_HEADERS)
def preferred(accept: str) -> str | None:
    """Return the media type that a client likes best; None where it takes none of ours.

    Among equals, one that is named goes before one that a wildcard stands for. A wildcard alone, or no header at all,
    means application/json, and never a stream.
    """
    qualities = _qualities(accept) or {"*/*": 1.0}
    named = [name for name in (RESPONSE, JSON, EVENTS) if name in qualities]
    unnamed = [name for name in (JSON, RESPONSE) if name not in qualities]
    best = max((*named, *unnamed), key=lambda name: _quality(name, qualities))
    return best if _quality(best, qualities) > 0 else None


@lru_cache(maxsize=KNOWN_HEADERS)
def takes_events(accept: str) -> bool:
    """Return whether a client names server-sent events as something it takes, liked best or not."""
    return _qualities(accept).get(EVENTS, 0.0) > 0


def _qualities(accept: str) -> dict[str, float]:
    """Return how much each media range is liked, 0 to 1."""
    found: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            found[name] = _weight(parameters)
    return found


def _weight(parameters: list[str]) -> float:
    """Return the q-value; 1 where there is none, or none that is a number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 1.0
    return 1.0


def _quality(name: str, qualities: dict[str, float]) -> float:
    """Return how much a media type is liked, by the most specific range that it falls under."""
    kind = name.partition("/")[0]
    for media_range in (name, f"{kind}/*", "*/*"):
        if media_range in qualities:
            return qualities[media_range]
    return 0.0
