"""Query parameters of the file routes: what is not known, given twice or unreadable is refused, not overlooked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from starlette.datastructures import QueryParams
from strawberry.utils.str_converters import to_camel_case

import schema.enums  # noqa: F401  # publishes the enums, before the types that use them
from schema.queries.numbers import NumbersFilter
from store.errors import NumberlineError
from store.vocabulary import Word


@dataclass(eq=False)
class ParameterUnknown(NumberlineError):
    """There is no parameter "{parameter}" here; there are: {known}."""

    code = "PARAMETER_UNKNOWN"
    parameter: str
    known: str


@dataclass(eq=False)
class ParameterInvalid(NumberlineError):
    """The parameter "{parameter}" has to be given once, as {wanted}."""

    code = "PARAMETER_INVALID"
    parameter: str
    wanted: str


_FILTER: Mapping[str, tuple[str, Any]] = {
    to_camel_case(name): (name, get_args(kind)[0]) for name, kind in get_type_hints(NumbersFilter).items()
}
"""The fields of the `numbers` query's filter by their GraphQL names: our name, and the type without its None."""


def numbers_filter(given: QueryParams) -> NumbersFilter:
    """Read the filter of the `numbers` query from parameters named like its fields.

    Raises ParameterUnknown and ParameterInvalid.
    """
    found = singles(given, _FILTER)
    return NumbersFilter(**{_FILTER[name][0]: _value(name, raw, _FILTER[name][1]) for name, raw in found.items()})


def singles(given: QueryParams, known: Iterable[str]) -> dict[str, str]:
    """Return the parameters by name. Raises ParameterUnknown, ParameterInvalid where one is empty or given twice."""
    for name in given:
        if name not in known:
            raise ParameterUnknown(name, ", ".join(known))
        if given.getlist(name) != [given[name]] or not given[name]:
            raise ParameterInvalid(name, "a value")
    return dict(given)


def choice(given: Mapping[str, str], name: str, choices: Mapping[str, Any]) -> Any:
    """Return what a parameter chooses; the first of the choices where it is left out. Raises ParameterInvalid."""
    raw = given.get(name, next(iter(choices)))
    if raw not in choices:
        raise ParameterInvalid(name, f"one of {', '.join(choices)}")
    return choices[raw]


def _value(name: str, raw: str, kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Word):
        return choice({name: raw}, name, {member.name: member for member in kind})
    return raw
