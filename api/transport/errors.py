"""Why a request is refused before GraphQL begins, or its document before it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from store.errors import NumberlineError

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
"""Most refusals need no header of their own."""


@dataclass(eq=False)
class RequestRefused(NumberlineError):
    """The request is not taken."""

    status: ClassVar[int] = 400
    headers: ClassVar[Mapping[str, str]] = NO_HEADERS


@dataclass(eq=False)
class BadRequest(RequestRefused):
    """{reason}."""

    code = "BAD_REQUEST"
    reason: str


@dataclass(eq=False)
class PreflightMissing(RequestRefused):
    """Send the header GraphQL-Require-Preflight with a multipart request."""

    code = "PREFLIGHT_MISSING"


@dataclass(eq=False)
class MethodNotAllowed(RequestRefused):
    """GraphQL is asked by POST, or by GET for queries."""

    code = "METHOD_NOT_ALLOWED"
    status = 405
    headers = MappingProxyType({"allow": "GET, POST"})


@dataclass(eq=False)
class MutationByGet(RequestRefused):
    """A link must not change anything: send mutations by POST."""

    code = "METHOD_NOT_ALLOWED"
    status = 405
    headers = MappingProxyType({"allow": "POST"})


@dataclass(eq=False)
class NotAcceptable(RequestRefused):
    """Accept application/graphql-response+json, application/json or, to follow something, text/event-stream."""

    code = "NOT_ACCEPTABLE"
    status = 406


@dataclass(eq=False)
class SubscriptionNotStreamed(RequestRefused):
    """Subscribe over a WebSocket (graphql-transport-ws), or accept text/event-stream: a subscription goes on and on."""

    code = "SUBSCRIPTION_NOT_STREAMED"
    status = 406


@dataclass(eq=False)
class BodyTooLarge(RequestRefused):
    """A request like this has at most {most} bytes; send numbers as a file, or in several requests."""

    code = "BODY_TOO_LARGE"
    status = 413
    most: int


@dataclass(eq=False)
class TooManyValues(RequestRefused):
    """A request holds at most {most} values; send numbers as a file or as pasted text, or in several requests."""

    code = "TOO_MANY_VALUES"
    status = 413
    most: int


@dataclass(eq=False)
class ContentTypeUnsupported(RequestRefused):
    """Send the request as application/json in UTF-8, or as multipart/form-data where it has files."""

    code = "CONTENT_TYPE_UNSUPPORTED"
    status = 415


@dataclass(eq=False)
class DocumentRefused(NumberlineError):
    """The document does not run."""


@dataclass(eq=False)
class OperationUnknown(DocumentRefused):
    """{reason}."""

    code = "OPERATION_UNKNOWN"
    reason: str


@dataclass(eq=False)
class DocumentUnknown(DocumentRefused):
    """No trusted document has this id; the server knows the manifest of another build."""

    code = "DOCUMENT_UNKNOWN"


@dataclass(eq=False)
class DocumentNotTrusted(DocumentRefused):
    """Only trusted documents run here: send the `documentId` of one instead of a `query`."""

    code = "DOCUMENT_NOT_TRUSTED"


@dataclass(eq=False)
class DocumentTooLong(DocumentRefused):
    """A document has at most {most} characters; send values as variables, and several documents."""

    code = "DOCUMENT_TOO_LONG"
    most: int


@dataclass(eq=False)
class PersistedQueryNotFound(DocumentRefused):
    """PersistedQueryNotFound"""  # noqa: D400, D415  # clients of automatic persisted queries compare it with this word

    code = "PERSISTED_QUERY_NOT_FOUND"


@dataclass(eq=False)
class PersistedQueryNotSupported(DocumentRefused):
    """PersistedQueryNotSupported"""  # noqa: D400, D415  # likewise

    code = "PERSISTED_QUERY_NOT_SUPPORTED"


@dataclass(eq=False)
class TokenEnded(NumberlineError):
    """Your token has ended; get a new one and come back with the last cursor that you saw."""

    code = "TOKEN_ENDED"


@dataclass(eq=False)
class TooManyOperations(NumberlineError):
    """One socket has up to {most} operations under way; complete some, or open another."""

    code = "TOO_MANY_OPERATIONS"
    most: int
