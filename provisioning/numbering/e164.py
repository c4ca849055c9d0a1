"""One phone number: read strictly, judged against a location, taken apart."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import phonenumbers

from provisioning.numbering import patterns
from provisioning.numbering.area_codes import area_codes
from provisioning.numbering.forks import STEP, Fork, Rule, follow, fork, step
from provisioning.numbering.national_prefixes import candidates, national_prefix_test
from provisioning.numbering.patterns import MAX_DIGITS, LineType, Reading
from provisioning.numbering.spellings import Spelling, common
from provisioning.verdicts import VALID, Fault, Verdict, VerdictCode, fault, refuse, warn

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""The strict gate: 7 to 15 ASCII digits. 15 is the cap of ITU-T E.164, which phonenumbers does not keep."""

_passes = E164.fullmatch
"""Tell whether a text passes the gate: looked up once, because every number is asked."""

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""What no eye sees: soft hyphen, zero-width characters, direction marks (address books add them), byte-order mark."""

_SURROUNDING = re.compile(rf"^[\s{_INVISIBLE}]+|[\s{_INVISIBLE}]+\Z")
"""White space (U+00A0 is among `\\s`) and invisible characters around a number: taken off always, nothing is lost."""

_CONTENT = re.compile(rf"[^\s{_INVISIBLE}'=\"]")
"""Anything but space, invisible characters and what a spreadsheet puts around text."""

_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
"""How a spreadsheet is told that a cell is text: ="+1212...". Decoded always, nothing is lost."""

_DAMAGES: Mapping[VerdictCode, str] = {
    VerdictCode.MISSING_NUMBER: r"",
    VerdictCode.DIGITS_LOST: r"\+?[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+",
    VerdictCode.DECIMAL_FIGURE: r"\+?[0-9]+[.,]0+",
    VerdictCode.TOO_SHORT: r"\+[1-9][0-9]{0,5}",
    VerdictCode.TOO_LONG: r"\+[1-9][0-9]{15,}",
    VerdictCode.DIALLING_PREFIX: r"00[1-9][0-9]*",
    VerdictCode.PLUS_MISSING: r"[1-9][0-9]*",
}
"""What a cell that fails the gate looks like in full, for a reason better than NOT_E164; no text fits two of them."""

_DAMAGE = re.compile("|".join(f"(?P<{code}>{pattern})" for code, pattern in _DAMAGES.items()))
"""All damages at once."""

_FAULTS: Mapping[str | None, Fault] = {None: fault(VerdictCode.NOT_E164), **{code: fault(code) for code in _DAMAGES}}
"""The faults by the name of the damage; None is damage of any other kind."""

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


class NumberParts(NamedTuple):
    """+12127881500 is 1, 212, 7881500. `area_code` is empty where the number has none, as mobiles in most countries.

    Leading zeros stay: +390612345678 is 39, 06, 12345678. (A tuple, because one is made for every number.)
    """

    calling_code: str
    area_code: str
    subscriber: str


_number_parts = partial(tuple.__new__, NumberParts)
"""Make NumberParts in half the time its own constructor takes, which is a Python function."""


@dataclass(eq=False)
class UnknownCountry(Exception):
    """No country with numbers of its own has this ISO 3166-1 alpha-2 code."""

    country: str


def parse(raw: str) -> str | Fault:
    """Read a cell as an E.164 number, or say what is wrong with its format or length.

    Only what loses nothing is decoded: space and invisible characters around it, a leading apostrophe, `="..."`.
    """
    if _passes(raw):
        return raw
    text = decode(raw)
    return text if _passes(text) else _damage(text)


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
    """Judge one number that `parse` has passed: see `judge_for`, which is faster where many are judged."""
    return judge_for(location, policy)(e164)


@lru_cache(maxsize=256)
def judge_for(location: LocationCountry, policy: Policy) -> Callable[[str], Verdict]:
    """Prepare to judge numbers that `parse` has passed: calling code, validity, policy, country.

    Calling codes are compared, not regions, so that +390669812345 (Vatican) passes for Italy; a number of another
    country with the same calling code is a warning, unless its digits are as good in the location's country.
    """
    heads = [_Heads(location, policy, length) for length in range(1 + 1 + MAX_DIGITS)]
    head_end = 1 + len(location.calling_code) + STEP
    holds_prefix = national_prefix_test(location.calling_code)

    def judge_number(e164: str) -> Verdict:
        point = heads[len(e164)][e164[1:head_end]]
        verdict: Verdict | None = _follow(point, e164, head_end) if type(point) is Fork else point
        if verdict is None:
            return _PREFIXED if holds_prefix(e164) else _UNKNOWN
        return verdict

    return judge_number


def parts(e164: str) -> NumberParts:
    """Take a valid number apart into calling code, area code and subscriber number.

    The area code is the geographical one of the library; with calling code 1 it is always the first three digits
    (North American Numbering Plan: NPA-NXX-XXXX, toll-free numbers too). ValueError where no calling code fits.
    """
    found = area_codes(e164[1:4], len(e164))
    if found is None:
        raise ValueError(f"no calling code begins {e164}")
    calling_code, start, point = found
    end = follow(point, e164, start)
    return _number_parts((calling_code, e164[start:end], e164[end:]))


def is_country(country: str) -> bool:
    """Say whether this is the ISO 3166-1 alpha-2 code, in capitals, of a country with phone numbers."""
    return country in phonenumbers.SUPPORTED_REGIONS


def calling_code_for_country(country: str) -> str:
    """Give the calling code of a country, digits only. UnknownCountry where `is_country` says no."""
    if not is_country(country):
        raise UnknownCountry(country)
    return str(phonenumbers.country_code_for_region(country))


def _damage(text: str) -> Fault:
    """Find the most telling reason why decoded text is not E.164."""
    found = _DAMAGE.fullmatch(text)
    return _FAULTS[found and found.lastgroup]


_Point = Fork[Verdict | None] | Verdict | None
"""A verdict or the way there; None where the number may hold a national prefix, and is not valid in any case."""

_follow: Callable[[_Point, str, int], Verdict | None] = follow
"""What `follow` does to such a point: mypy cannot tell by itself which of its types is the answer's."""


class _Heads(dict[str, _Point]):
    """Where the digits of the calling code and STEP more lead, for numbers of one length (plus included)."""

    __slots__ = ("_calling_code", "_mismatch", "_national")

    def __init__(self, location: LocationCountry, policy: Policy, length: int) -> None:
        """Prepare the way behind the calling code."""
        self._calling_code = location.calling_code
        self._mismatch = _mismatch(location)
        self._national = _national(location, policy, length - 1 - len(location.calling_code))

    def __missing__(self, digits: str) -> _Point:
        """Keep what is found, for the location's own calling code only: others are without number."""
        if not digits.startswith(self._calling_code):
            return self._mismatch
        self[digits] = found = step(self._national, digits[len(self._calling_code) :])
        return found


def _national(location: LocationCountry, policy: Policy, size: int) -> _Point:
    """Prepare the verdicts on national numbers of `size` digits."""
    calling_code = location.calling_code
    rules = patterns.rules(calling_code, size) if size > 0 else ()
    if not rules:
        return None
    home = patterns.valid_in(location.country, calling_code, size)
    prefixed: Rule[Verdict | None] = Rule(candidates(calling_code, size), None)
    verdicts = (found for rule in rules for found in _verdicts(rule, home, prefixed, location, policy))
    return fork((*verdicts, prefixed), _UNKNOWN, size)


def _verdicts(
    rule: Rule[Reading | None],
    home: frozenset[Spelling],
    prefixed: Rule[Verdict | None],
    location: LocationCountry,
    policy: Policy,
) -> Iterator[Rule[Verdict | None]]:
    """Turn a rule of the plan into verdicts; `home` are the numbers that are good in the location's country."""
    if rule.answer is None:
        yield Rule(common(rule.spellings, prefixed.spellings), None)
        yield Rule(rule.spellings, _UNKNOWN)
        return
    verdict = _verdict(rule.answer, location, policy)
    if verdict.code is VerdictCode.OTHER_COUNTRY:
        yield Rule(common(rule.spellings, home), VALID)
    yield Rule(rule.spellings, verdict)


def _verdict(reading: Reading, location: LocationCountry, policy: Policy) -> Verdict:
    if reading.line_type in policy.refused:
        return _refused(reading.line_type)
    pair = (reading.region, location.country)
    return VALID if pair in _SAME_COUNTRY or pair[0] == pair[1] else _other_country(reading.region, location)


def _mismatch(location: LocationCountry) -> Verdict:
    """Refuse numbers with another calling code than the location's."""
    message = (
        f"The number does not start with +{location.calling_code}, the calling code of the location "
        f"({location.country}): correct it, or choose a location in the number's country."
    )
    return refuse(Fault(VerdictCode.COUNTRY_MISMATCH, message))


def _refused(line_type: LineType) -> Verdict:
    """Refuse a line type that the policy does not take."""
    return refuse(fault(_REFUSALS.get(line_type, VerdictCode.LINE_TYPE_REFUSED)))


def _other_country(region: str, location: LocationCountry) -> Verdict:
    """Warn about a number of another country with the same calling code."""
    message = (
        f"The number belongs to {region}, the location to {location.country}; both use +{location.calling_code}. "
        "It will be uploaded: check that this is meant."
    )
    return warn(Fault(VerdictCode.OTHER_COUNTRY, message))
