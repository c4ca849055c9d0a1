"""One phone number: read strictly, judged against a location, taken apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from provisioning import patterns
from provisioning.area_codes import area_code_size
from provisioning.patterns import LineType, Reading
from provisioning.verdicts import VALID, Fault, Verdict, VerdictCode, fault, refuse, warn

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""The strict gate: 7 to 15 ASCII digits. 15 is the cap of ITU-T E.164, which phonenumbers does not keep."""

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""What no eye sees: soft hyphen, zero-width characters, direction marks (address books add them), byte-order mark."""

_SURROUNDING = re.compile(rf"^[\s{_INVISIBLE}]+|[\s{_INVISIBLE}]+\Z")
"""White space (U+00A0 is among `\\s`) and invisible characters around a number: taken off always, nothing is lost."""

_CONTENT = re.compile(rf"[^\s{_INVISIBLE}'=\"]")
"""Anything but space, invisible characters and what a spreadsheet puts around text."""

_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
"""How a spreadsheet is told that a cell is text: ="+1212...". Decoded always, nothing is lost."""

_DAMAGES: Mapping[VerdictCode, re.Pattern[str]] = {
    VerdictCode.MISSING_NUMBER: re.compile(r""),
    VerdictCode.DIGITS_LOST: re.compile(r"\+?[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+"),
    VerdictCode.DECIMAL_FIGURE: re.compile(r"\+?[0-9]+[.,]0+"),
    VerdictCode.TOO_SHORT: re.compile(r"\+[1-9][0-9]{0,5}"),
    VerdictCode.TOO_LONG: re.compile(r"\+[1-9][0-9]{15,}"),
    VerdictCode.DIALLING_PREFIX: re.compile(r"00[1-9][0-9]*"),
    VerdictCode.PLUS_MISSING: re.compile(r"[1-9][0-9]*"),
}
"""What a cell that fails the gate looks like in full, for a reason better than NOT_E164; no text fits two of them."""

_SAME_COUNTRY = frozenset({("VA", "IT"), ("AX", "FI"), ("SJ", "NO"), ("CC", "AU"), ("CX", "AU")})
"""Pairs (region of a number, country of a location) that deserve no warning.

The Vatican's numbers are in Rome's area code and Italy's plan (libphonenumber metadata, IT and VA); Aland,
Svalbard, the Cocos Islands and Christmas Island are parts of the other's state and plan.
"""

_PREFIXED = refuse(fault(VerdictCode.NATIONAL_PREFIX))
"""The number would be valid without its national prefix."""

_UNKNOWN = refuse(fault(VerdictCode.INVALID_NUMBER))
"""The plan has no such number."""

_REFUSALS: Mapping[LineType, VerdictCode] = {
    LineType.PREMIUM_RATE: VerdictCode.PREMIUM_RATE,
    LineType.SHARED_COST: VerdictCode.SHARED_COST,
}
"""The codes of refused line types; the others are LINE_TYPE_REFUSED."""


@dataclass(frozen=True, slots=True)
class LocationCountry:
    """The country of a location (ISO 3166-1 alpha-2) and its calling code (digits only)."""

    country: str
    calling_code: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Which line types may not be uploaded, whatever else is right about the number."""

    refused: frozenset[LineType] = frozenset({LineType.PREMIUM_RATE, LineType.SHARED_COST})


@dataclass(frozen=True, slots=True)
class NumberParts:
    """+12127881500 is 1, 212, 7881500. `area_code` is empty where the number has none, as mobiles in most countries.

    Leading zeros stay: +390612345678 is 39, 06, 12345678.
    """

    calling_code: str
    area_code: str
    subscriber: str


@dataclass(eq=False)
class UnknownCountry(Exception):
    """No country with numbers of its own has this ISO 3166-1 alpha-2 code."""

    country: str


def parse(raw: str) -> str | Fault:
    """Read a cell as an E.164 number, or say what is wrong with its format or length.

    Only what loses nothing is decoded: space and invisible characters around it, a leading apostrophe, `="..."`.
    """
    if E164.fullmatch(raw):
        return raw
    text = decode(raw)
    return text if E164.fullmatch(text) else fault(_damage(text))


def decode(raw: str) -> str:
    """Undo what spreadsheets and copying put around a number; nothing that stands inside is touched."""
    text = _SURROUNDING.sub("", raw)
    if wrapped := _AS_TEXT.fullmatch(text):
        text = wrapped[1]
    return _SURROUNDING.sub("", text.removeprefix("'"))


def is_blank(raw: str) -> bool:
    """Say whether a cell holds nothing but space, invisible characters and spreadsheet quoting."""
    return not raw or _CONTENT.search(raw) is None


def judge(e164: str, location: LocationCountry, policy: Policy) -> Verdict:
    """Judge a number that `parse` has passed: calling code, validity, policy, country.

    Calling codes are compared, not regions, so that +390669812345 (Vatican) passes for Italy; a number of another
    country with the same calling code is a warning, unless its digits are as good in the location's country.
    """
    if not e164.startswith(location.calling_code, 1):
        return _mismatch(location)
    reading = patterns.read(e164)
    if reading is None:
        return _invalid(e164)
    if reading.line_type in policy.refused:
        return _refused(reading.line_type)
    if reading.region == location.country or _at_home(e164, reading, location):
        return VALID
    return _other_country(reading.region, location)


def parts(e164: str) -> NumberParts:
    """Take a valid number apart into calling code, area code and subscriber number.

    The area code is the geographical one of the library; with calling code 1 it is always the first three digits
    (North American Numbering Plan: NPA-NXX-XXXX, toll-free numbers too). ValueError where no calling code fits.
    """
    calling_code = patterns.calling_code_of(e164)
    if calling_code is None:
        raise ValueError(f"no calling code begins {e164}")
    national = e164[1 + len(calling_code) :]
    size = area_code_size(e164, calling_code)
    return NumberParts(calling_code, national[:size], national[size:])


def is_country(country: str) -> bool:
    """Say whether this is the ISO 3166-1 alpha-2 code, in capitals, of a country with phone numbers."""
    return country in phonenumbers.SUPPORTED_REGIONS


def calling_code_for_country(country: str) -> str:
    """Give the calling code of a country, digits only. UnknownCountry where `is_country` says no."""
    if not is_country(country):
        raise UnknownCountry(country)
    return str(phonenumbers.country_code_for_region(country))


def _damage(text: str) -> VerdictCode:
    """Find the most telling reason why decoded text is not E.164."""
    return next((code for code, damage in _DAMAGES.items() if damage.fullmatch(text)), VerdictCode.NOT_E164)


def _at_home(e164: str, reading: Reading, location: LocationCountry) -> bool:
    """Say whether a number read as another region's may as well belong to the location's country."""
    return (reading.region, location.country) in _SAME_COUNTRY or patterns.is_valid_in(e164, location.country)


@lru_cache(maxsize=1000)
def _mismatch(location: LocationCountry) -> Verdict:
    """Refuse numbers with another calling code than the location's."""
    message = (
        f"The number does not start with +{location.calling_code}, the calling code of the location "
        f"({location.country}): correct it, or choose a location in the number's country."
    )
    return refuse(Fault(VerdictCode.COUNTRY_MISMATCH, message))


def _invalid(e164: str) -> Verdict:
    """Refuse a number that the plan does not know, with the better reason where there is one."""
    return _PREFIXED if patterns.holds_national_prefix(e164) else _UNKNOWN


@lru_cache(maxsize=len(LineType))
def _refused(line_type: LineType) -> Verdict:
    """Refuse a line type that the policy does not take."""
    return refuse(fault(_REFUSALS.get(line_type, VerdictCode.LINE_TYPE_REFUSED)))


@lru_cache(maxsize=1000)
def _other_country(region: str, location: LocationCountry) -> Verdict:
    """Warn about a number of another country with the same calling code."""
    message = (
        f"The number belongs to {region}, the location to {location.country}; both use +{location.calling_code}. "
        "It will be uploaded: check that this is meant."
    )
    return warn(Fault(VerdictCode.OTHER_COUNTRY, message))
