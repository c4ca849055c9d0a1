"""The GraphQL documents that are written out in the pages of the guide."""

import re
from dataclasses import replace
from pathlib import Path

from graphql import NameNode, OperationDefinitionNode, parse, print_ast

FENCE = re.compile(r"^```graphql\n(.*?)^```", re.MULTILINE | re.DOTALL)


def written(guide: Path) -> dict[str, str]:
    """Return every operation of a ```graphql fence by a name of its own, which it then bears."""
    found: dict[str, str] = {}
    for page in sorted(guide.rglob("*.md")):
        for fence in FENCE.findall(page.read_text()):
            for operation in parse(fence).definitions:
                assert isinstance(operation, OperationDefinitionNode)
                name = f"{page.stem.title().replace('-', '')}{len(found)}"
                found[name] = print_ast(replace(operation, name=NameNode(value=name)))
    return found
