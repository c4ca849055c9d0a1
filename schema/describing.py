"""Declaring fields and enums with their descriptions."""

import inspect
from typing import Any, TypeVar

import strawberry

from store.vocabulary import Word

Kind = TypeVar("Kind", bound=type[Word])


def described(text: str, **options: Any) -> Any:
    """Declare a plain field with its description."""
    return strawberry.field(description=text, **options)


def published(kind: Kind) -> Kind:
    """Make an enum of our vocabulary part of the schema, described by its docstring and its members' own words.

    Of the docstring the first paragraph is for clients, the rest for us.
    """
    strawberry.enum(kind, description=inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0])
    descriptions = {member.name: member.description for member in kind}
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]  # set by strawberry.enum
        value.description = descriptions[value.name]
    return kind
