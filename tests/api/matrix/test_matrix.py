"""What belongs to somebody else is as if it were not: every argument that names something, for every stranger."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from store.vocabulary import Role
from tests.api.journey import SCHEMA, Api, thing
from tests.api.matrix.asking import ERRORS, ROOTS, Answer, answer, document
from tests.api.matrix.cells import Cell, cells, put
from tests.api.matrix.conftest import WHOSE, Stranger, World
from tests.api.matrix.ground import KINDS, Ground, Thing
from tests.api.matrix.recipes import NAMELESS, RECIPES, SIBLINGS, Recipe, exempt
from tests.api.matrix.unchanged import jobs, of_customer, stored


@dataclass(frozen=True, slots=True)
class Case:
    """A cell, and the kind of what is named in it."""

    cell: Cell
    kind: str

    def __str__(self) -> str:
        """Return the path; with the kind where a cell takes several."""
        return f"{self.cell}" if self.cell.kind else f"{self.cell} {self.kind}"

    @property
    def recipe(self) -> Recipe:
        """How the field is called."""
        return RECIPES[self.cell.field]

    def thing(self, ground: Ground) -> Thing:
        """Return what is asked for, of a ground."""
        return self._part(ground, self.kind)

    def beside(self, ground: Ground) -> list[list[Thing]]:
        """Return what is named before it: nothing and, where the cell takes a list, a thing of one's own."""
        return [[], [self.thing(ground)]] if self.cell.is_list else [[]]

    def _part(self, ground: Ground, kind: str) -> Thing:
        part = self.recipe.on.get(kind)
        found: Thing = getattr(ground, part) if part else ground.of(kind)
        return found

    def request(self, ground: Ground, names: Sequence[str]) -> tuple[str, dict[str, Any]]:
        """Return the document and variables of somebody who stands on a ground and names things."""
        beside = replace(ground, upload=self._part(ground, "Upload"))
        siblings = {parent: make(beside) for parent, make in SIBLINGS.items()}
        given = self.recipe.given(ground)
        arguments = {"input": given} if self.cell.parent == "Mutation" else given
        arguments = put(arguments, self.cell, names, siblings)
        selection = f"{{ {ERRORS} }}" if self.cell.makes else None
        return document(self.cell.parent, self.cell.field, arguments, selection), arguments

    async def ask(self, api: Api, ground: Ground, *named: Thing) -> Answer:
        """Ask for things, several only where a list is taken, and return the answer but for the last one's name."""
        names = [getattr(each, self.cell.attribute) for each in named]
        assert all(names), f"{named} has no {self.cell.attribute}"
        found = await answer(api, self.cell.parent, *self.request(ground, names))
        return found.without(names[-1])


def _kinds(cell: Cell) -> Sequence[str]:
    if cell.kind:
        return [cell.kind]
    if cell.scalar == "ID":
        return RECIPES[cell.field].kinds
    made = get_named_type(ROOTS["Mutation"].fields[cell.field].type)
    assert isinstance(made, GraphQLObjectType)
    kind = get_named_type(made.fields[thing(cell.field)].type).name
    return [kind if kind in KINDS else "Upload"]


def _is_covered(cell: Cell) -> bool:
    is_known = cell.kind is not None or cell.makes or cell.scalar == "ID"
    return cell.parent in ROOTS and cell.field in RECIPES and is_known and hasattr(Thing, cell.attribute)


CELLS = [cell for cell in cells(SCHEMA) if not exempt(cell)]
CASES = [Case(cell, kind) for cell in CELLS if _is_covered(cell) for kind in _kinds(cell)]

ASKED = [(case, whose) for case in CASES for whose in WHOSE if whose == WHOSE[0] or case.cell.parent != "Mutation"]
"""What is written is found like what is read: there, the channel's will do."""


def test_every_argument_has_its_cell() -> None:
    """A new one needs a recipe, or a word about why nothing of somebody else can be named there."""
    missing = [str(cell) for cell in CELLS if not _is_covered(cell)]
    assert not missing, f"add a line for the field to RECIPES, or for the argument to FREE_TEXT or EXEMPT: {missing}"


def test_every_root_field_has_a_cell() -> None:
    """But those in which nothing can be named."""
    fields = {name for root in ROOTS.values() for name in root.fields}
    without = fields - {case.cell.field for case in CASES}
    assert without == NAMELESS, "add a line to RECIPES, or the field to NAMELESS"


@pytest.mark.parametrize(("case", "whose"), ASKED, ids=str)
async def test_what_is_somebody_elses_is_as_if_it_were_not(world: World, case: Case, whose: str) -> None:
    """To no stranger and no role is there a difference to what was made up, and nothing changes; to its owner it is."""
    ground = await world.ground(whose) if case.cell.parent == "Mutation" else world.standing[whose]
    if case.recipe.state:
        world.land.run(case.recipe.state, ground)
    pairs = _pairs(case, ground)
    before, waiting = _looked(world, case, ground), jobs(world.land.database, ground)

    strangers = world.strangers_to(whose)
    differing = await asyncio.gather(*(_differing(case, those, pairs) for those in strangers))

    assert [who for those in differing for who in those] == []
    assert case.recipe.level or any(each.may(case.cell.field) for those in strangers for each in those)
    assert _looked(world, case, ground) == before
    assert jobs(world.land.database, ground) <= waiting
    owner = world.owners[whose] if case.recipe.level is None else world.land.api
    await _assert_the_owner_succeeds(case, owner, ground, *pairs[0])


def _looked(world: World, case: Case, ground: Ground) -> dict[str, str]:
    """Return what is stored of the owner and, where strangers can do nothing of their own with it, of these."""
    if case.cell.makes:
        return of_customer(world.land.database, ground)
    return stored(world.land.database, [ground, *(those[0].ground for those in world.strangers)])


def _pairs(case: Case, ground: Ground) -> list[tuple[Thing, Thing]]:
    """Return the thing and, where an id is asked for, one of another kind; each with one that was made up."""
    theirs = case.thing(ground)
    other = ground.location if case.kind == "Service" else ground.service
    things = [theirs, other] if case.cell.scalar == "ID" and case.cell.kind else [theirs]
    return [(each, each.made_up()) for each in things]


_OWN_NAME_TAKEN = {"NAME_TAKEN"}
"""What may become of a name for something new: a stranger of the same tenant has made something with it just before."""

Difference = tuple[str, Answer, Answer]
"""To whom, about what; what is answered, and what for something that was made up."""


async def _differing(case: Case, strangers: list[Stranger], pairs: list[tuple[Thing, Thing]]) -> list[Difference]:
    """Return what differs. Who makes something of their own with a name takes turns, for they share a ground."""
    compared = [
        _difference(case, stranger, own, *pair)
        for stranger in strangers
        # For the wrong kind an Admin will do: that is seen before anything is looked for.
        for pair in (pairs if stranger.role is Role.ADMIN else pairs[:1])
        for own in case.beside(stranger.ground)
    ]
    found = [await each for each in compared] if case.cell.makes else await asyncio.gather(*compared)
    return [each for each in found if each is not None]


async def _difference(
    case: Case, stranger: Stranger, own: Sequence[Thing], theirs: Thing, nothing: Thing
) -> Difference | None:
    """Compare, and see to it that what is looked at is the name: a refusal for another reason would hide it."""
    foreign, made_up = [await case.ask(stranger.api, stranger.ground, *own, each) for each in (theirs, nothing)]
    is_looked_up = foreign.codes <= _OWN_NAME_TAKEN if case.cell.makes else foreign.is_nothing
    if foreign == made_up and (is_looked_up or not stranger.may(case.cell.field)):
        return None
    return f"{stranger.who}: a {theirs.kind} beside {len(own)}", foreign, made_up


async def _assert_the_owner_succeeds(case: Case, owner: Api, ground: Ground, theirs: Thing, nothing: Thing) -> None:
    """With the very request that strangers have made; a name for something new may be any but one of his own."""
    made_up = await case.ask(owner, ground, nothing)
    if case.cell.makes:
        assert made_up.succeeded, made_up
        return
    own = await case.ask(owner, ground, theirs)
    assert own.succeeded, own
    assert own != made_up
