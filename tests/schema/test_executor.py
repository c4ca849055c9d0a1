"""The short cut for lists answers exactly what graphql-core answers, errors included."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any

import orjson
import pytest
import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.executor import Executor


@strawberry.enum
class Colour(Enum):
    """A kind."""

    RED = "RED"
    BLUE = "BLUE"


@strawberry.type
class Shelf:
    """Something that several items share."""

    name: str
    wide: bool


@strawberry.type
class Item:
    """An item of a list."""

    id: strawberry.ID
    name: str
    colour: Colour
    size: int | None
    made_at: datetime
    shelf: Shelf
    spare: Shelf | None
    tags: list[str]

    @strawberry.field
    def loud(self) -> str:
        """Resolve by a method, which the short cut leaves alone."""
        return self.name.upper()


SHELF = Shelf(name="oak", wide=True)


def item(**changed: Any) -> Item:
    """Make an item."""
    values: dict[str, Any] = {
        "id": strawberry.ID("1"),
        "name": "a",
        "colour": Colour.RED,
        "size": 3,
        "made_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "shelf": SHELF,
        "spare": None,
        "tags": ["x", "y"],
    }
    return Item(**(values | changed))


GOOD = [item(), item(name="b", size=None, spare=SHELF), item(colour=Colour.BLUE)]
ODD = {
    "a null where none may be": [item(), item(name=None)],
    "a null inside": [item(), item(shelf=Shelf(name=None, wide=True))],  # type: ignore[arg-type]
    "a text that is a number": [item(), item(name=7)],
    "a number that is a text": [item(), item(size="7")],
    "a number too large": [item(), item(size=1 << 40)],
    "no such colour": [item(), item(colour="GREEN")],
    "another type": [item(), SHELF],
    "a null item": [item(), None],
    "an error": [item(), ValueError("broken")],
}
SELECTIONS = [
    "id name colour size madeAt tags",
    "n: name again: name shelf { name wide } spare { name }",
    "__typename name",
    "...F shelf { ...G } } fragment F on Item { name shelf { name } } fragment G on Shelf { wide",
    "... on Item { name } ... @include(if: $yes) { size } colour @skip(if: $yes)",
    "name loud",
    "shelf { name } shelf { wide }",
]


def answered(items: list[Any], selection: str, executor: type[Any]) -> bytes:
    """Return the whole answer as bytes: data, errors and paths."""

    @strawberry.type
    class Query:
        @strawberry.field
        def items(self) -> list[Item]:
            return items

    schema = strawberry.Schema(Query, execution_context_class=executor)
    document = f"query($yes: Boolean! = true) {{ __typename @include(if: $yes) items {{ {selection} }} }}"
    schema.process_errors = lambda *_: None  # type: ignore[method-assign]  # they are expected
    result = schema.execute_sync(document)
    return orjson.dumps([result.data, [error.formatted for error in result.errors or ()]])


@pytest.mark.parametrize("selection", SELECTIONS)
def test_every_selection_answers_the_same_bytes(selection: str) -> None:
    """Whether compiled or left to graphql-core."""
    assert answered(GOOD, selection, Executor) == answered(GOOD, selection, StrawberryGraphQLCoreExecutionContext)


@pytest.mark.parametrize("selection", [SELECTIONS[0], SELECTIONS[1]])
@pytest.mark.parametrize("items", ODD.values(), ids=ODD.keys())
def test_a_value_that_is_not_as_expected_gives_the_same_error(items: list[Any], selection: str) -> None:
    """With the same message at the same path."""
    assert answered(items, selection, Executor) == answered(items, selection, StrawberryGraphQLCoreExecutionContext)


def test_plain_selections_are_completed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without asking graphql-core for any field of an item."""
    asked: list[str] = []
    original = Executor.execute_field

    def noted(self: Executor, parent: Any, *rest: Any, **more: Any) -> Any:
        asked.append(parent.name)
        return original(self, parent, *rest, **more)

    monkeypatch.setattr(Executor, "execute_field", noted)
    answered(GOOD, "id name colour size madeAt shelf { name }", Executor)

    assert set(asked) == {"Query"}
