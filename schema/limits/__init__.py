"""How much one operation may ask for: by its text, by what it would fetch, and by how long it takes."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class OperationLimits:
    """How much one operation may ask for. Settings.

    A token costs the parser some 10 microseconds, and two selections that might overlap cost validation as much. What
    is within these limits is refused, or answered but for its statements, within a tenth of a second.
    """

    tokens: int = 4_000
    """Words and signs of a document."""
    depth: int = 16
    """Fields within fields; what tools ask of the schema takes 15."""
    fields: int = 50
    """Fields of the root type in one operation."""
    selections: int = 10_000
    """Fields and fragments, each as often as it is spread."""
    aliases: int = 100
    directives: int = 50
    variables: int = 100
    fragments: int = 100
    repetitions: int = 5_000
    """Pairs of fields of one name in one place, or of fragments there: validation compares each with each."""
    values: int = 50_000
    """Values in variables, lists and objects included: each is checked by the schema, which takes 2 microseconds."""
    text: int = 10_000
    """Characters of a text in variables, as many as a line of a file has. A pasted file may have more."""
    cost: int = 5_000
    """Objects that may be fetched, see `schema.limits.cost`."""
    query_time: timedelta = timedelta(seconds=30)
    mutation_time: timedelta = timedelta(minutes=10)
    """Importing or submitting a million rows takes the better part of a minute."""
    introspection: bool = True
    """Whether anybody may ask for the schema itself."""
