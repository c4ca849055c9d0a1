"""Documents that Schemathesis draws from our schema: each root field about as often as any other."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import graphql
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from tests.api.journey import SCHEMA

_PATH = Path(__file__).parents[3] / "schema.graphql"

_ONLY_DRAWING: dict[str, Any] = {
    "phases": [Phase.generate],
    "database": None,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
}
"""Hypothesis draws, and tests nothing: what is drawn is sent in another order, and answers depend on those before."""

SCALARS: dict[str, st.SearchStrategy[str]] = {
    "PhoneNumber": st.from_regex(r"\+[1-9][0-9]{1,14}", fullmatch=True) | st.text(max_size=20),
    "CountryCode": st.sampled_from(["US", "IT", "de", "ZZ"]) | st.text(max_size=3),
    "CallingCode": st.from_regex(r"\+?[1-9][0-9]{0,2}", fullmatch=True) | st.text(max_size=4),
    "DateTime": st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()) | st.text(max_size=30),
    "File": st.text(max_size=20),
}
"""What is drawn for our own scalars: what fits, and what does not."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document of one operation, with every value written out."""

    kind: graphql.OperationType
    field: str
    document: graphql.DocumentNode


def drawn(count: int, number: int) -> list[Drawn]:
    """Draw about so many, shuffled; the same for the same seed `number`."""
    for name, strategy in SCALARS.items():
        schemathesis.graphql.scalar(name, strategy.map(nodes.String))
    sources = [*_queries_and_mutations(), *_subscriptions()]
    found = [one for source in sources for one in _collected(source, -(-count // len(sources)), number)]
    random.Random(number).shuffle(found)
    return found


def _queries_and_mutations() -> Iterator[st.SearchStrategy[Drawn]]:
    for result in schemathesis.graphql.from_path(_PATH).get_all_operations():
        operation = result.ok()
        kind, _, field = operation.label.partition(".")
        make = partial(Drawn, graphql.OperationType(kind.lower()), field)
        yield operation.as_strategy().map(lambda case, make=make: make(graphql.parse(case.body)))


def _subscriptions() -> Iterator[st.SearchStrategy[Drawn]]:
    """Schemathesis draws no subscriptions: they are drawn as if they were queries, and renamed."""
    root = SCHEMA.subscription_type
    assert root is not None
    scalars = {name: strategy.map(nodes.String) for name, strategy in SCALARS.items()}
    for field in root.fields:
        drawing = queries(graphql.GraphQLSchema(query=root), fields=[field], custom_scalars=scalars, print_ast=_same)
        yield drawing.map(partial(_subscription, field))


def _subscription(field: str, document: graphql.DocumentNode) -> Drawn:
    (query,) = document.definitions
    assert isinstance(query, graphql.OperationDefinitionNode)
    renamed = replace(query, operation=graphql.OperationType.SUBSCRIPTION)
    return Drawn(graphql.OperationType.SUBSCRIPTION, field, graphql.DocumentNode(definitions=(renamed,)))


def _same(document: graphql.DocumentNode) -> graphql.DocumentNode:
    return document


def _collected(source: st.SearchStrategy[Drawn], count: int, number: int) -> list[Drawn]:
    found: list[Drawn] = []

    @seed(number)
    @settings(max_examples=count, **_ONLY_DRAWING)
    @given(source)
    def collect(one: Drawn) -> None:
        found.append(one)

    collect()
    return found
