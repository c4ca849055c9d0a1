"""The documents of the guide fit the schema, and the snippets fit the types that are made of them."""

from api.transport.documents import Documents, trusted_documents
from tests.conformance.clients.driving import GUIDE, ROOT
from tests.conformance.clients.project import Project
from tests.conformance.clients.written import written


def test_every_document_of_the_guide_has_types(project: Project) -> None:
    """By GraphQL Code Generator, which refuses a document that does not fit, and a scalar that it does not know."""
    types = (project.folder / "written" / "gql" / "graphql.ts").read_text()

    names = written(ROOT / "docs" / "guide")
    assert len(names) > 40
    assert [name for name in names if f"export const {name}Document = " not in types] == []


def test_snippets_and_types_are_strictly_typed(project: Project) -> None:
    """All of them, and the drivers, too."""
    assert project.run("tsc", "--project", ".") == ""


def test_the_documents_that_clients_share_are_as_graphql_eslint_recommends(project: Project) -> None:
    """Named, with the ids that caches need, and nothing in them that is not used."""
    config = ("--no-config-lookup", "--max-warnings", "0", "--config", "operations.mjs")
    assert project.run("eslint", *config, str(GUIDE / "kit" / "documents.ts")) == ""


def test_a_server_reads_the_trusted_documents_that_the_client_preset_writes(project: Project) -> None:
    """The file as it is."""
    manifest = trusted_documents(project.folder / GUIDE / "kit" / "gql" / "persisted-documents.json")
    documents = Documents(manifest, only=True)

    assert len(manifest) == 4
    assert [documents.text({"documentId": name}) for name in manifest] == list(manifest.values())
    assert all("__typename" in text for text in manifest.values())
