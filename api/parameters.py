"""Query parameters of the file routes: what is not known, too much or unreadable is refused, not overlooked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

from starlette.datastructures import QueryParams
from strawberry.utils.str_converters import to_camel_case

from schema.inputs.naming import CustomerBy, LocationBy, ServiceBy, TenantBy, UploadBy
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


_BY_ID = (TenantBy, CustomerBy, ServiceBy, LocationBy, UploadBy)
"""What a parameter names by its global id alone."""

_TRUTHS = {"false": False, "true": True}


def numbers_filter(given: QueryParams) -> NumbersFilter:
    """Read the filter of the `numbers` query from parameters named like its fields; those of lists may come again.

    Raises ParameterUnknown and ParameterInvalid.
    """
    _check(given, _FILTER)
    return NumbersFilter(**{_FILTER[name][0]: _value(given, name, _FILTER[name][1]) for name in given})


def singles(given: QueryParams, known: Iterable[str]) -> dict[str, str]:
    """Return the parameters by name. Raises ParameterUnknown, ParameterInvalid where one is empty or given twice."""
    _check(given, known)
    return {name: _single(given, name) for name in given}


def choice(given: Mapping[str, str], name: str, choices: Mapping[str, Any]) -> Any:
    """Return what a parameter chooses; the first of the choices where it is left out. Raises ParameterInvalid."""
    raw = given.get(name, next(iter(choices)))
    if raw not in choices:
        raise ParameterInvalid(name, f"one of {', '.join(choices)}")
    return choices[raw]


def _check(given: QueryParams, known: Iterable[str]) -> None:
    for name in given:
        if name not in known:
            raise ParameterUnknown(name, ", ".join(known))


def _single(given: QueryParams, name: str) -> str:
    if given.getlist(name) != [given[name]] or not given[name]:
        raise ParameterInvalid(name, "a value")
    return given[name]


def _value(given: QueryParams, name: str, kind: Any) -> Any:
    """Return what a parameter says, in the type of its field."""
    if get_origin(kind) is list:
        return [_member(name, raw, get_args(kind)[0]) for raw in given.getlist(name)]
    raw = _single(given, name)
    if kind in _BY_ID:
        return kind(id=raw)
    return choice({name: raw}, name, _TRUTHS) if kind is bool else raw


def _member(name: str, raw: str, kind: type[Word]) -> Any:
    return choice({name: raw}, name, {member.name: member for member in kind})
