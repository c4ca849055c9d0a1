"""Trusted documents: what a client may send by its id instead of writing it out.

The id is `documentId` (GraphQL over HTTP, appendix on persisted documents), or the hash of Apollo's automatic persisted
queries. Both are looked up in one manifest, such as the `persisted-documents.json` of GraphQL Code Generator.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.transport.errors import (
    BadRequest,
    DocumentNotTrusted,
    DocumentTooLong,
    DocumentUnknown,
    PersistedQueryNotFound,
    PersistedQueryNotSupported,
)

PREFIX = "sha256:"
"""What stands before a hash in a `documentId`; in a manifest and in `sha256Hash` it may be there or not."""

MOST_CHARACTERS = 100_000
"""How long a document may be that is written out, without its variables; so many characters are read in 0.03 s."""


class ManifestUnreadable(ValueError):
    """A manifest is not a JSON object of documents by their ids."""


class Documents:
    """The trusted documents, and whether others run as well."""

    def __init__(self, trusted: Mapping[str, str], *, only: bool) -> None:
        """Take documents by id."""
        self._trusted = {name.removeprefix(PREFIX): text for name, text in trusted.items()}
        self.only = only

    def text(self, given: Mapping[str, Any]) -> str:
        """Return the document that a request means by its `query`, `documentId` or `extensions.persistedQuery`.

        Raises BadRequest where it means none or two, and a DocumentRefused where it does not run here.
        """
        query, name = given.get("query"), given.get("documentId")
        if name is not None:
            if query is not None:
                raise BadRequest("Send either `query` or `documentId`")
            return self._named(name)
        persisted = (given.get("extensions") or {}).get("persistedQuery")
        if persisted is not None:
            return self._persisted(_hash(persisted), query)
        return self._written_out(query)

    def _named(self, name: str) -> str:
        found = self._find(name)
        if found is None:
            raise DocumentUnknown
        return found

    def _persisted(self, digest: str, query: str | None) -> str:
        """Return the document of a hash. A client whose hash is not known sends the document as well, when told so."""
        found = self._find(digest)
        if found is not None:
            return found
        if query is not None:
            return self._written_out(query)
        raise PersistedQueryNotFound if self._trusted else PersistedQueryNotSupported

    def _find(self, name: str) -> str | None:
        return self._trusted.get(name.removeprefix(PREFIX))

    def _written_out(self, query: str | None) -> str:
        if not query:
            raise BadRequest("The request has no `query`")
        if self.only:
            raise DocumentNotTrusted
        if len(query) > MOST_CHARACTERS:
            raise DocumentTooLong(MOST_CHARACTERS)
        return query


def trusted_documents(manifest: Path | None) -> Mapping[str, str]:
    """Read a manifest; without one, no document is trusted. Raises ManifestUnreadable."""
    if manifest is None:
        return {}
    try:
        found = json.loads(manifest.read_bytes())
    except (OSError, ValueError) as error:
        raise ManifestUnreadable(f"{manifest} cannot be read: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise ManifestUnreadable(f"{manifest} is not a JSON object of documents by their ids")
    return found


def _hash(persisted: Any) -> str:
    digest = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not isinstance(digest, str):
        raise BadRequest("`extensions.persistedQuery` has to be an object with a `sha256Hash`")
    return digest
