"""Trusted documents, by every transport, beside others and alone."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from websockets.asyncio.client import connect

from api.processes import server
from api.settings import Settings
from api.transport.documents import Documents, ManifestUnreadable, trusted_documents
from api.transport.errors import (
    BadRequest,
    DocumentNotTrusted,
    DocumentUnknown,
    PersistedQueryNotFound,
    PersistedQueryNotSupported,
)
from store.errors import NumberlineError
from tests.api.conftest import Running, environment
from tests.api.events import Event, events
from tests.api.journey import Api

SUBJECT = "query Subject { viewer { subject } }"
NOTHING = "subscription Nothing { serviceStatusChanged(services: []) { status } }"
HASHES = {text: sha256(text.encode()).hexdigest() for text in (SUBJECT, NOTHING)}
BESIDE = Documents({HASHES[SUBJECT]: SUBJECT, f"sha256:{HASHES[NOTHING]}": NOTHING, "v7": "{ __typename }"}, only=False)
ALONE = Documents({HASHES[SUBJECT]: SUBJECT}, only=True)
NONE = Documents({}, only=False)


def persisted(digest: Any) -> dict[str, Any]:
    """Return the extensions of Apollo's automatic persisted queries."""
    return {"persistedQuery": {"version": 1, "sha256Hash": digest}}


@pytest.mark.parametrize(
    ("documents", "given", "text"),
    [
        (BESIDE, {"documentId": f"sha256:{HASHES[SUBJECT]}"}, SUBJECT),
        (BESIDE, {"documentId": HASHES[SUBJECT]}, SUBJECT),
        (BESIDE, {"documentId": f"sha256:{HASHES[NOTHING]}"}, NOTHING),
        (BESIDE, {"documentId": "v7"}, "{ __typename }"),
        (BESIDE, {"extensions": persisted(HASHES[SUBJECT])}, SUBJECT),
        (BESIDE, {"extensions": persisted(f"sha256:{HASHES[SUBJECT]}")}, SUBJECT),
        (BESIDE, {"extensions": persisted("0" * 64), "query": "{ __typename }"}, "{ __typename }"),
        (BESIDE, {"query": "{ __typename }", "extensions": {}}, "{ __typename }"),
        (ALONE, {"extensions": persisted(HASHES[SUBJECT]), "query": "{ __typename }"}, SUBJECT),
        (NONE, {"query": SUBJECT, "documentId": None, "extensions": None}, SUBJECT),
    ],
)
def test_a_document_is_found(documents: Documents, given: dict[str, Any], text: str) -> None:
    """By its id with or without a prefix, by its hash, or as it is written out."""
    assert documents.text(given) == text


@pytest.mark.parametrize(
    ("documents", "given", "error"),
    [
        (BESIDE, {"documentId": "sha256:0"}, DocumentUnknown),
        (BESIDE, {"documentId": "v7", "query": "{ __typename }"}, BadRequest),
        (BESIDE, {"extensions": persisted("0" * 64)}, PersistedQueryNotFound),
        (BESIDE, {"extensions": persisted(5)}, BadRequest),
        (BESIDE, {"extensions": {"persistedQuery": "x"}}, BadRequest),
        (BESIDE, {}, BadRequest),
        (NONE, {"extensions": persisted(HASHES[SUBJECT])}, PersistedQueryNotSupported),
        (ALONE, {"query": "{ __schema { types { name } } }"}, DocumentNotTrusted),
        (ALONE, {"query": SUBJECT}, DocumentNotTrusted),
        (ALONE, {"extensions": persisted("0" * 64)}, PersistedQueryNotFound),
        (ALONE, {"extensions": persisted("0" * 64), "query": "{ __typename }"}, DocumentNotTrusted),
    ],
)
def test_a_document_is_refused(documents: Documents, given: dict[str, Any], error: type[NumberlineError]) -> None:
    """With a code that says what to send instead."""
    with pytest.raises(error):
        documents.text(given)


def test_clients_of_automatic_persisted_queries_are_told_in_their_words() -> None:
    """Some compare the message, some the code."""
    told = {(error().message, error.code) for error in (PersistedQueryNotFound, PersistedQueryNotSupported)}

    assert told == {
        ("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND"),
        ("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED"),
    }


@pytest.mark.parametrize("content", ["", "[]", '{"a": 5}', "{"])
def test_a_manifest_that_is_none_ends_the_start(tmp_path: Path, content: str) -> None:
    """Rather than refuse every client later."""
    manifest = tmp_path / "persisted-documents.json"
    manifest.write_text(content)

    with pytest.raises(ManifestUnreadable, match=r"persisted-documents\.json"):
        trusted_documents(manifest)


def test_a_manifest_that_is_missing_ends_the_start(tmp_path: Path) -> None:
    """Likewise."""
    with pytest.raises(ManifestUnreadable, match="nowhere"):
        trusted_documents(tmp_path / "nowhere.json")


def test_trusted_documents_only_needs_a_manifest() -> None:
    """Nothing at all would run."""
    with pytest.raises(ValidationError, match="NUMBERLINE_TRUSTED_DOCUMENTS"):
        Settings(trusted_documents_only=True)


@pytest.fixture(scope="module")
def strict(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on the same data that runs two documents and no other."""
    manifest = tmp_path_factory.mktemp("manifest") / "persisted-documents.json"
    manifest.write_text(json.dumps({digest: text for text, digest in HASHES.items()}))
    own = {"NUMBERLINE_TRUSTED_DOCUMENTS": str(manifest), "NUMBERLINE_TRUSTED_DOCUMENTS_ONLY": "true"}
    with server(environment(running.data_dir, running.control_hub, NUMBERLINE_WORKER="false", **own)) as address:
        yield address


@pytest.fixture
async def trusting(strict: str, api: Api) -> AsyncIterator[Api]:
    """A caller of that server."""
    async with httpx.AsyncClient(timeout=30) as client:
        yield Api(client, strict, api.token)


async def said(api: Api, payload: dict[str, Any]) -> dict[str, Any]:
    """Send one operation over a WebSocket; return the first answer."""
    async with connect(api.address.replace("http", "ws") + "/graphql", subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init", "payload": api.headers}))
        await socket.recv()
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        answer: dict[str, Any] = json.loads(await socket.recv())
        return answer


async def test_a_trusted_document_runs_over_http(trusting: Api) -> None:
    """By POST and by GET."""
    given = {"documentId": f"sha256:{HASHES[SUBJECT]}"}
    url = f"{trusting.address}/graphql"

    answers = [
        await trusting.http.post(url, json=given, headers=trusting.headers),
        await trusting.http.get(url, params=given, headers=trusting.headers),
    ]

    assert [answer.json()["data"] for answer in answers] == [{"viewer": {"subject": "tester"}}] * 2


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), ("application/graphql-response+json", 400)])
@pytest.mark.parametrize("document", [SUBJECT, "{ __schema { types { name } } }"])
async def test_another_document_is_refused_over_http(trusting: Api, accept: str, status: int, document: str) -> None:
    """As a document that is not valid; introspection is one of them."""
    headers = trusting.headers | {"accept": accept}

    answer = await trusting.http.post(f"{trusting.address}/graphql", json={"query": document}, headers=headers)

    assert answer.status_code == status
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["DOCUMENT_NOT_TRUSTED"]


async def test_there_is_no_graphiql_where_it_could_ask_nothing(trusting: Api) -> None:
    """A browser gets what a program gets."""
    answer = await trusting.http.get(f"{trusting.address}/graphql", headers={"accept": "text/html,*/*;q=0.8"})

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")


async def test_another_document_is_refused_in_the_stream(trusting: Api) -> None:
    """As an event, where events are wanted."""
    async with events(trusting, SUBJECT) as stream:
        seen = [event async for event in stream]

    assert seen[0].data["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
    assert seen[1] == Event("complete", None)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"documentId": f"sha256:{HASHES[NOTHING]}"}, "SERVICES_OUT_OF_RANGE"),
        ({"extensions": persisted(HASHES[NOTHING])}, "SERVICES_OUT_OF_RANGE"),
        ({"query": NOTHING}, "DOCUMENT_NOT_TRUSTED"),
        ({"documentId": "sha256:0"}, "DOCUMENT_UNKNOWN"),
    ],
)
async def test_the_same_holds_over_a_websocket(trusting: Api, payload: dict[str, Any], code: str) -> None:
    """The trusted subscription runs as far as its own refusal."""
    async with asyncio.timeout(10):
        answer = await said(trusting, payload)

    errors = answer["payload"] if answer["type"] == "error" else answer["payload"]["errors"]
    assert [error["extensions"]["code"] for error in errors] == [code]
