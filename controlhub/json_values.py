"""Reading fields out of JSON that may not have the promised shape."""


class MalformedBody(ValueError):
    """An answer's body lacks a field it should have, or holds another type there."""


def field_of(value: object, name: str) -> object:
    """Return the field; None where there is none or the value is no object."""
    return value.get(name) if isinstance(value, dict) else None


def text_of(value: object, name: str) -> str | None:
    """Return the field where it is a text that is not empty, else None."""
    found = field_of(value, name)
    return found if isinstance(found, str) and found else None


def code_of(value: object, name: str) -> str | None:
    """Return the field as text where it is a code: Webex writes them as numbers and as text."""
    found = field_of(value, name)
    return str(found) if isinstance(found, int) else text_of(value, name)


def items_of(value: object, name: str) -> list[object]:
    """Return the field where it is a list, else an empty list."""
    found = field_of(value, name)
    return found if isinstance(found, list) else []


def required_text(value: object, name: str) -> str:
    """Return the field; raises MalformedBody where it is no text."""
    found = text_of(value, name)
    if found is None:
        raise MalformedBody(f"no text in {name!r}")
    return found


def required_count(value: object, name: str) -> int:
    """Return the field; raises MalformedBody where it is no whole number."""
    found = field_of(value, name)
    if not isinstance(found, int):
        raise MalformedBody(f"no whole number in {name!r}")
    return found


def required_items(value: object, name: str) -> list[object]:
    """Return the field; raises MalformedBody where it is no list."""
    found = field_of(value, name)
    if not isinstance(found, list):
        raise MalformedBody(f"no list in {name!r}")
    return found
