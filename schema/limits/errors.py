"""Why an operation is too much."""

from dataclasses import dataclass

from store.errors import NumberlineError


@dataclass(eq=False)
class TooMuch(NumberlineError):
    """The operation asks for too much."""

    most: int


@dataclass(eq=False)
class TooManyTokens(TooMuch):
    """A document has at most {most} words and signs; send values as variables, and several documents."""

    code = "TOO_MANY_TOKENS"


@dataclass(eq=False)
class TooDeep(TooMuch):
    """Fields may lie within each other {most} deep; ask for what is further down by its id."""

    code = "DOCUMENT_TOO_DEEP"


@dataclass(eq=False)
class TooManyFields(TooMuch):
    """One operation has at most {most} fields of the root type; send several operations."""

    code = "TOO_MANY_ROOT_FIELDS"


@dataclass(eq=False)
class TooManySelections(TooMuch):
    """With its fragments put in, a document has at most {most} selections; spread less, or send several documents."""

    code = "TOO_MANY_SELECTIONS"


@dataclass(eq=False)
class TooManyAliases(TooMuch):
    """A document has at most {most} aliases; send several documents."""

    code = "TOO_MANY_ALIASES"


@dataclass(eq=False)
class TooManyDirectives(TooMuch):
    """A document has at most {most} directives; put fields that are left out together into one fragment."""

    code = "TOO_MANY_DIRECTIVES"


@dataclass(eq=False)
class TooManyVariables(TooMuch):
    """A document has at most {most} variables; put values together into one of an input type."""

    code = "TOO_MANY_VARIABLES"


@dataclass(eq=False)
class TooManyFragments(TooMuch):
    """A document has at most {most} fragments; send only those that the operation uses."""

    code = "TOO_MANY_FRAGMENTS"


@dataclass(eq=False)
class TooRepetitive(TooMuch):
    """The document selects the same fields over and over; select each once, or send several documents."""

    code = "TOO_REPETITIVE"


@dataclass(eq=False)
class TooManyValues(TooMuch):
    """Variables hold at most {most} values; send numbers as a file or as pasted text, or in several requests."""

    code = "TOO_MANY_VALUES"


@dataclass(eq=False)
class TextTooLong(TooMuch):
    """A text in variables has at most {most} characters, but for a pasted file; shorten it."""

    code = "TEXT_TOO_LONG"


@dataclass(eq=False)
class TooCostly(TooMuch):
    """The operation might fetch {requested} objects, and {most} is the most; ask for smaller pages, or fewer lists."""

    code = "TOO_COSTLY"
    requested: int


@dataclass(eq=False)
class TooSlow(TooMuch):
    """The operation took longer than {most} seconds and was stopped; ask for less at once.

    A mutation may have happened or not: send it again with the same idempotency key.
    """

    code = "TOO_SLOW"


@dataclass(eq=False)
class IntrospectionRefused(NumberlineError):
    """This server does not show its schema; take it from the file schema.graphql."""

    code = "INTROSPECTION_REFUSED"
