"""Checks of what people type into a form."""

import re

from provisioning.errors import Blank, EmailInvalid, NumberlineError, TextInvalid, TooLong

LONGEST_NAME = 200
"""Characters in a name; generous for people, bounded for pages."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""A NUL character, which PostgreSQL's text does not have, and halves of surrogate pairs, which UTF-8 does not have."""

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
"""Only enough to catch a slip of the keyboard: whether mail arrives is what the invitation finds out."""


def name_fault(value: str, what: str, *path: str) -> NumberlineError | None:
    """Return what is wrong with a name that must be there, and be seen."""
    if not any(letter.isprintable() and not letter.isspace() for letter in value):
        return Blank(what, path=path)
    return length_fault(value, what, *path)


def length_fault(value: str | None, what: str, *path: str) -> NumberlineError | None:
    """Return what is wrong with an optional text: too long, or a character that cannot be stored."""
    if value is None:
        return None
    if _UNSTORABLE.search(value):
        return TextInvalid(path=path)
    return TooLong(LONGEST_NAME, what, path=path) if len(value) > LONGEST_NAME else None


def storable(value: str, *path: str) -> str:
    """Return a text by which something is looked up. Raises TextInvalid where nothing can be called so."""
    if _UNSTORABLE.search(value):
        raise TextInvalid(path=path)
    return value


def reference_fault(value: str | None) -> NumberlineError | None:
    """Return what is wrong with a caller's own reference, which may be left out but not be blank."""
    return None if value is None else name_fault(value, "reference", "reference")


def email_fault(value: str, *path: str) -> NumberlineError | None:
    """Return what is wrong with an e-mail address."""
    if not value.strip():
        return Blank("e-mail address", path=path)
    return None if len(value) <= LONGEST_NAME and _EMAIL.fullmatch(value) else EmailInvalid(path=path)
